/** What ID Tokens and logout tokens have in common: a compact JWS, signed by the OP with the registered algorithm. */
import { KeyObject, verify } from "node:crypto";
import {
  type CompactJWSHeaderParameters,
  type CompactVerifyGetKey,
  compactVerify,
  errors,
  type JWTPayload,
} from "jose";
import { nestsDeeper } from "#lib/net/foreign-text.ts";
import type { Checklist } from "./checklist.ts";
import { ProtocolError } from "./errors.ts";

/** Finds the issuer's key for a header, like jose's remote JWKS. */
export type KeyResolver = CompactVerifyGetKey;

/** Allowed difference between the OP's clock and ours, in seconds. */
export const clockSkew = 60;

export interface Jws {
  header: CompactJWSHeaderParameters;
  /** Not trusted before `verifySignature`. */
  claims: JWTPayload;
}

/** Levels of lists and objects in a header or payload: more than any claim needs, few enough to store and to show. */
const mostLevels = 32;

type JwsCheck = "format" | "alg" | "typ" | "key" | "signature";

/** Reads header and payload of a compact JWS without trusting either (RFC 7515 7.1). */
export function parseJws(token: string, checks: Checklist<JwsCheck>): Jws {
  const parts = token.split(".");
  try {
    if (!compact.test(token)) throw new Error();
    const header = decoded(parts[0]) as unknown as CompactJWSHeaderParameters;
    const claims = decoded(parts[1]) as JWTPayload;
    if (!nestsDeeper([header, claims], mostLevels + 1)) {
      checks.pass("format", "compact JWS");
      return { header, claims };
    }
  } catch {
    return checks.fail(
      "format",
      "The token is not a JSON Web Token.",
      "a signed token of three parts",
      `${parts.length} part(s)`,
    );
  }
  const message = "The JSON Web Token has lists or objects in too many levels.";
  return checks.fail("format", message, `at most ${mostLevels} levels`, "more");
}

/** A JSON object in base64url. */
function decoded(part = ""): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error();
  return value as Record<string, unknown>;
}

/** The algorithm is what the client registered: never `none`, never what the token asks for (RFC 8725 3.1). */
export function checkAlgorithm({ header }: Jws, registered: string, checks: Checklist<JwsCheck>): void {
  checks.require(
    "alg",
    header.alg === registered,
    "The token's algorithm is not the registered one.",
    registered,
    header.alg,
  );
}

/** The media type in `typ`, without `application/` and in lower case (RFC 8725 3.11); undefined without one. A value that
 * is not text matches no expected type. */
export function tokenType({ header }: Jws): string | undefined {
  const typ: unknown = header.typ;
  if (typ === undefined) return undefined;
  return typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : "not text";
}

/** Verifies the signature with the issuer's own key; `jwk`, `jku` and `x5u` in the header are ignored.
 * @throws {ProtocolError} `provider_unavailable` if the keys cannot be fetched, otherwise the checklist's code */
export async function verifySignature(
  token: string,
  jws: Jws,
  keys: KeyResolver,
  checks: Checklist<JwsCheck>,
): Promise<void> {
  const { alg, crit, kid = "no kid" } = jws.header;
  if (crit !== undefined) {
    checks.fail("key", "The token has a critical header extension.", "no crit header", crit);
  }
  const candidates = await keysFor(token, jws, keys);
  checks.require(
    "key",
    candidates.length > 0,
    "No key of the issuer matches the token.",
    "a published key",
    kid,
  );
  const verified = await anyVerifies(token, candidates, alg);
  const [expected, actual] = ["a signature of the issuer", verified ? alg : "another signature"];
  checks.require("signature", verified, "The token's signature does not verify.", expected, actual);
}

type Key = Awaited<ReturnType<KeyResolver>>;

/** Base64url without padding (RFC 7515 2), in three parts. */
const compact = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** The keys that match the header: none, one, or without a `kid` several. */
async function keysFor(token: string, { header }: Jws, keys: KeyResolver): Promise<Key[]> {
  const [encodedHeader = "", payload = "", signature = ""] = token.split(".");
  try {
    return [await keys(header, { protected: encodedHeader, payload, signature })];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (error instanceof errors.JWKSMultipleMatchingKeys) return all(error);
    if (error instanceof errors.JOSENotSupported) return [];
    if (error instanceof ProtocolError) throw error;
    const message = "The OpenID Provider's keys cannot be fetched.";
    throw new ProtocolError("provider_unavailable", message, { detail: error });
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function anyVerifies(token: string, keys: Key[], alg: string): Promise<boolean> {
  for (const key of keys) {
    const hash = key instanceof CryptoKey ? rsaHashes[alg] : undefined;
    const verified =
      hash === undefined
        ? await compactVerify(token, key, { algorithms: [alg] }).catch(() => undefined)
        : verifiesRsa(token, key as CryptoKey, hash);
    if (verified) return true;
  }
  return false;
}

/** RSASSA-PKCS1-v1_5 (RFC 7518 3.3), the usual one: handing it to another thread would take longer than it does. */
const rsaHashes: Readonly<Record<string, string>> = { RS256: "sha256", RS384: "sha384", RS512: "sha512" };

/** RFC 7518 3.3 */
const leastRsaBits = 2048;

/** Keys as node:crypto takes them; undefined for those that are too short. */
const rsaKeys = new WeakMap<CryptoKey, KeyObject | undefined>();

function rsaKey(key: CryptoKey): KeyObject | undefined {
  if (!rsaKeys.has(key)) {
    const object = KeyObject.from(key);
    const { modulusLength = 0 } = object.asymmetricKeyDetails ?? {};
    rsaKeys.set(key, modulusLength < leastRsaBits ? undefined : object);
  }
  return rsaKeys.get(key);
}

function verifiesRsa(token: string, key: CryptoKey, hash: string): boolean {
  const known = rsaKey(key);
  const end = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(end + 1), "base64url");
  return known !== undefined && verify(hash, Buffer.from(token.slice(0, end)), known, signature);
}
