/** ID Token validation as Core 3.1.3.7, 3.2.2.11 and 3.3.2.12 list it. */
import { createHash } from "node:crypto";
import type { JWTPayload } from "jose";
import { Checklist } from "./checklist.ts";
import { type Decryption, decryptToken, isEncrypted } from "./jwe.ts";
import { checkAlgorithm, clockSkew, type KeyResolver, parseJws, tokenType, verifySignature } from "./jws.ts";
import type { Verdict } from "./verdict.ts";

const clauses = {
  encryption: "Core 3.1.3.7-1",
  format: "Core 2",
  alg: "Core 3.1.3.7-7",
  typ: "RFC 8725 3.11",
  key: "Core 10.1",
  signature: "Core 3.1.3.7-6",
  iss: "Core 3.1.3.7-2",
  sub: "Core 2",
  sid: "BCL 2.1",
  aud: "Core 3.1.3.7-3",
  azp: "Core 3.1.3.7-5",
  exp: "Core 3.1.3.7-9",
  iat: "Core 3.1.3.7-10",
  nonce: "Core 3.1.3.7-11",
  at_hash: "Core 3.2.2.9",
  c_hash: "Core 3.3.2.11",
};

type Checks = Checklist<keyof typeof clauses>;

/** Claims of a validated ID Token; the others are untyped. */
export interface IdTokenClaims extends JWTPayload {
  iss: string;
  sub: string;
  iat: number;
  exp: number;
  sid?: unknown;
  auth_time?: number;
}

/** The `sid` of a token (BCL 2.1); undefined unless it is a text. */
export const sidOf = ({ sid }: JWTPayload): string | undefined =>
  typeof sid === "string" && sid !== "" ? sid : undefined;

interface IdTokenExpectation {
  issuer: string;
  clientId: string;
  /** `id_token_signed_response_alg` of the client. */
  alg: string;
  keys: KeyResolver;
  /** The ID Token must be encrypted exactly if encryption is registered. */
  decryption: Decryption;
  /** The nonce that the request carried; undefined where a grant has none (password, refresh). */
  nonce?: string | undefined;
  /** Access token that came with the ID Token; from the authorization endpoint its hash is required. */
  accessToken?: string | undefined;
  /** Authorization code that came with the ID Token from the authorization endpoint. */
  code?: string | undefined;
  /** Whether the ID Token came from the authorization endpoint. */
  frontChannel: boolean;
  /** Seconds since the epoch. */
  now: number;
}

export interface VerifiedIdToken {
  claims: IdTokenClaims;
  /** The signed token: the received one, or the one inside it. */
  signed: string;
  verdicts: Verdict[];
}

/** Validates an ID Token, leaving a verdict for every check.
 * @throws {ProtocolError} `invalid_id_token` with the verdicts, or `provider_unavailable` */
export async function verifyIdToken(idToken: string, expected: IdTokenExpectation): Promise<VerifiedIdToken> {
  const checks: Checks = new Checklist("invalid_id_token", clauses);
  const signed = await signedToken(idToken, expected.decryption, checks);
  const jws = parseJws(signed, checks);
  checkAlgorithm(jws, expected.alg, checks);
  const isIdToken = [undefined, "jwt"].includes(tokenType(jws));
  checks.require(
    "typ",
    isIdToken,
    "The typ header says that this is not an ID Token.",
    "JWT",
    jws.header.typ,
  );
  await verifySignature(signed, jws, expected.keys, checks);
  const { claims } = jws;
  checks.require(
    "iss",
    claims.iss === expected.issuer,
    "The ID Token is from another issuer: compare its iss with the configured issuer.",
    expected.issuer,
    claims.iss,
  );
  checks.require(
    "sub",
    typeof claims.sub === "string" && claims.sub !== "",
    "The ID Token names no user: its sub is missing or empty.",
    "a subject",
    claims.sub,
  );
  checkSessionId(claims, checks);
  checkAudience(claims, expected.clientId, checks);
  checkTimes(claims, expected.now, checks);
  checkNonce(claims, expected, checks);
  checkHash("at_hash", claims, expected.accessToken, jws.header.alg, expected.frontChannel, checks);
  checkHash("c_hash", claims, expected.code, jws.header.alg, expected.frontChannel, checks);
  return { claims: claims as IdTokenClaims, signed, verdicts: checks.verdicts };
}

/** Decrypts the token if encryption is registered. */
async function signedToken(idToken: string, decryption: Decryption, checks: Checks): Promise<string> {
  if (isEncrypted(idToken)) return decryptToken(idToken, decryption, checks);
  const [registered] = decryption.encryptions;
  if (!registered) return idToken;
  const message = "The ID Token is not encrypted, but encryption is registered for this client.";
  const help = "Enable it for the client at the OpenID Provider, or clear ID_TOKEN_ENCRYPTED_RESPONSE_ALG.";
  return checks.fail(
    "encryption",
    message,
    `${registered.alg} with ${registered.enc}`,
    "a signed token",
    help,
  );
}

function checkSessionId({ sid }: JWTPayload, checks: Checks): void {
  if (sid === undefined) return;
  const message = "The sid of the ID Token is not text, so no logout could name this session.";
  checks.require("sid", typeof sid === "string", message, "text", sid);
  if (sid === "") checks.warn("sid", "a session identifier", "empty");
}

function checkAudience(claims: JWTPayload, clientId: string, checks: Checks): void {
  const audiences = [claims.aud ?? []].flat();
  checks.require(
    "aud",
    audiences.includes(clientId),
    "The ID Token is for another client: its aud does not contain the Client ID.",
    clientId,
    claims.aud,
  );
  const azp = claims.azp;
  if (azp !== undefined || audiences.length > 1) {
    checks.require(
      "azp",
      azp === clientId,
      "The ID Token was issued to another client: its azp is not the Client ID.",
      clientId,
      azp,
    );
  }
}

function checkTimes({ exp, iat }: JWTPayload, now: number, checks: Checks): void {
  const live = isNumericDate(exp) && exp > now - clockSkew;
  checks.require(
    "exp",
    live,
    "The ID Token has expired, or has no exp; compare the clocks.",
    `later than ${instant(now)}`,
    instant(exp),
  );
  const issued = isNumericDate(iat) && iat <= now + clockSkew;
  checks.require(
    "iat",
    issued,
    "The ID Token is from the future, or has no iat; compare the clocks.",
    `at most ${instant(now)}`,
    instant(iat),
  );
}

function checkNonce(claims: JWTPayload, { nonce }: IdTokenExpectation, checks: Checks): void {
  if (nonce === undefined) return;
  const same = claims.nonce === nonce;
  checks.require(
    "nonce",
    same,
    "The ID Token does not answer this request: its nonce differs. Start again from the app.",
    nonce,
    claims.nonce,
  );
}

/** `at_hash` and `c_hash`: required from the authorization endpoint, checked where present from the token endpoint. */
function checkHash(
  check: "at_hash" | "c_hash",
  claims: JWTPayload,
  value: string | undefined,
  alg: string,
  required: boolean,
  checks: Checks,
): void {
  const actual = claims[check];
  if (value === undefined || (actual === undefined && !required)) return;
  const what = check === "at_hash" ? "access token" : "authorization code";
  const hash = leftHalfHash(value, alg);
  checks.require(check, actual === hash, `The ${what} does not match the ID Token's ${check}.`, hash, actual);
}

/** Left half of the hash of a signature algorithm, base64url (Core 3.2.2.9). EdDSA hashes with SHA-512. */
export function leftHalfHash(value: string, alg: string): string {
  const digest = createHash(`sha${/\d+$/.exec(alg)?.[0] ?? "512"}`)
    .update(value)
    .digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

/** A NumericDate as text; a number beyond all dates is shown as it is. */
export function instant(seconds: unknown): string | undefined {
  if (typeof seconds !== "number") return undefined;
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(/\.\d+Z$/, "Z");
}

/** A NumericDate (RFC 7519 2) may have a fraction, but must be finite. */
export const isNumericDate = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
