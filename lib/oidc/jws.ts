/** What ID Tokens and logout tokens have in common: a compact JWS, signed by the OP with the registered algorithm. */
import {
  type CompactJWSHeaderParameters,
  type CompactVerifyGetKey,
  compactVerify,
  decodeProtectedHeader,
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
    const header = decodeProtectedHeader(token) as CompactJWSHeaderParameters;
    const claims = JSON.parse(
      new TextDecoder().decode(Buffer.from(parts[1] ?? "", "base64url")),
    ) as JWTPayload | null;
    if (parts.length !== 3 || typeof claims !== "object" || claims === null || Array.isArray(claims))
      throw new Error();
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
    const verified = await compactVerify(token, key, { algorithms: [alg] }).catch(() => undefined);
    if (verified) return true;
  }
  return false;
}
