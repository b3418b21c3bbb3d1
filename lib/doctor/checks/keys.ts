/** The keys that the OpenID Provider publishes (RFC 7517). */
import type { JWK } from "jose";
import { usableKeys } from "#lib/oidc/usable-metadata.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import { algOf, type Case } from "../patient.ts";
import { outlineOf, Unanswered } from "../prober.ts";
import { isSymmetric, keyFits } from "./key-fit.ts";

export async function examineKeys(patient: Case): Promise<Finding[]> {
  const { metadata, prober } = patient;
  const uri = metadata.jwks_uri;
  if (uri === undefined)
    return [
      finding(
        "jwks",
        "problem",
        "The discovery document has no jwks_uri.",
        "Configure the OpenID Provider to declare it.",
      ),
    ];
  try {
    const answer = await prober.ask(uri, { headers: { accept: "application/json" } });
    const published = answer.status === 200 ? keysIn(answer.text) : undefined;
    if (published) return judge(published, patient);
    const found = `${quoted(uri)} answers ${outlineOf(answer)} without a key set.`;
    return [finding("jwks", "problem", found, "Open the URL: the answer must be a JSON object with keys.")];
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    const found = `${quoted(uri)}: ${quoted(error.message)}.`;
    return [finding("jwks", "problem", found, "Make sure that this server can reach that URL.")];
  }
}

interface Published {
  /** As the app uses them. */
  keys: JWK[];
  ignored: readonly string[];
  /** With all their members, and incomplete ones too. */
  all: JWK[];
}

function keysIn(text: string): Published | undefined {
  try {
    const set: unknown = JSON.parse(text);
    const found = usableKeys(set);
    if (!found) return undefined;
    const all = (set as { keys: unknown[] }).keys.filter((key) => typeof key === "object" && key !== null);
    return { keys: found.value, ignored: found.ignored, all: all as JWK[] };
  } catch {
    return undefined;
  }
}

const judge = ({ keys, ignored, all }: Published, patient: Case): Finding[] => [
  signingKey(keys, algOf(patient)),
  entries(ignored),
  keyIdentifiers(keys, algOf(patient)),
  privateParts(all),
  sizes(all),
  ...encryptionKey(keys, patient),
];

function entries(ignored: readonly string[]): Finding {
  if (ignored.length === 0) return finding("jwks-values", "ok", "All of them are public keys.");
  const found = `Ignored: ${quoted(ignored.join("; "), 600)}.`;
  return finding("jwks-values", "warning", found, "Remove them from the key set.");
}

function signingKey(keys: JWK[], alg: string): Finding {
  if (isSymmetric(alg))
    return finding("jwks", "ok", `Tokens are signed with ${alg} and the client secret: no key is needed.`);
  const fitting = keys.filter((key) => keyFits(key, alg));
  if (fitting.length > 0)
    return finding("jwks", "ok", `${keys.length} published, ${fitting.length} of them for ${alg}.`);
  const others = keys
    .map(({ kty, alg: declared, use }) => [declared ?? kty, use].filter(Boolean).join(" "))
    .join(", ");
  return finding(
    "jwks",
    "problem",
    `None of the ${keys.length} published keys is for ${alg}${others ? `: ${quoted(others)}` : ""}.`,
    "Set ID_TOKEN_SIGNED_RESPONSE_ALG to the algorithm that the client is registered with, or publish a key for it.",
  );
}

function keyIdentifiers(keys: JWK[], alg: string): Finding {
  const kids = keys.map(({ kid }) => kid).filter((kid) => kid !== undefined);
  const twice = kids.find((kid, index) => kids.indexOf(kid) !== index);
  // Discouraged, and allowed for keys of different types (RFC 7517 4.5).
  if (twice !== undefined)
    return finding(
      "jwks-kid",
      "warning",
      `More than one key has the kid ${quoted(twice)}.`,
      "Give each key its own kid.",
    );
  const nameless = keys.filter((key) => key.kid === undefined && keyFits(key, alg)).length;
  if (nameless > 0 && keys.filter((key) => keyFits(key, alg)).length > 1)
    return finding(
      "jwks-kid",
      "warning",
      `Several keys are for ${alg}, ${nameless} of them without a kid.`,
      "Give each key a kid.",
    );
  return finding(
    "jwks-kid",
    "ok",
    kids.length > 0 ? "Each kid is unique." : "There is only one key to choose from.",
  );
}

/** RFC 7518 6.2.2, 6.3.2 and 6.4.1. */
const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

function privateParts(keys: JWK[]): Finding {
  const leaked = keys.filter((key) => secretMembers.some((name) => name in key));
  if (leaked.length === 0) return finding("jwks-private", "ok", "Only public parts.");
  const names = leaked.map(({ kid, kty }) => quoted(kid ?? `a ${kty} key without kid`)).join(", ");
  return finding(
    "jwks-private",
    "problem",
    `Private or secret parts of ${names} are published.`,
    "Retire the key at once and generate a new one: anyone could have signed with it.",
  );
}

const fewestBits = 2048;

function sizes(keys: JWK[]): Finding {
  const rsa = keys
    .filter(({ kty }) => kty === "RSA")
    .map((key) => ({ kid: key.kid ?? "without kid", bits: bitsOf(key) }));
  const small = rsa.filter(({ bits }) => bits < fewestBits);
  if (small.length > 0)
    return finding(
      "jwks-size",
      "problem",
      `${small.map(({ kid, bits }) => `RSA key ${quoted(kid)} has ${bits} bits`).join("; ")}.`,
      `Use RSA keys of at least ${fewestBits} bits, or elliptic curves.`,
    );
  const found =
    rsa.length > 0 ? `RSA: ${[...new Set(rsa.map(({ bits }) => bits))].join(", ")} bits.` : "No RSA keys.";
  return finding("jwks-size", "ok", found);
}

function bitsOf({ n = "" }: JWK): number {
  const bytes = Buffer.from(typeof n === "string" ? n : "", "base64url");
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] as number) + 24;
}

/** Needed only if the client's ID Tokens are encrypted. */
function encryptionKey(keys: JWK[], { client }: Case): Finding[] {
  if (!client?.encryption) return [];
  const { alg } = client.encryption;
  if (keys.some((key) => keyFits(key, alg)))
    return [finding("jwks-encryption", "ok", `A key for ${alg} is published.`)];
  const found = `ID Tokens are encrypted with ${alg}, but no key for it is published: logout requests send the hint unencrypted.`;
  const todo = `Publish a key with use "enc" if the OpenID Provider accepts encrypted hints.`;
  return [finding("jwks-encryption", "warning", found, todo)];
}
