/** Logout token validation: Back-Channel Logout 1.0, section 2.6, step by step. */
import type { JWTPayload } from "jose";
import { instant, isNumericDate } from "./id-token.ts";
import { type Decryption, decryptToken, isEncrypted } from "./jwe.ts";
import {
  checkAlgorithm,
  clockSkew,
  type Jws,
  type KeyResolver,
  parseJws,
  tokenType,
  verifySignature,
} from "./jws.ts";
import { Checklist, type Verdict } from "./verdict.ts";

export const backchannelLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

/** `strict` also demands `typ` and `exp`; `legacy-wso2` also takes the `event` claim of IS 5.9 to 5.11. */
export type LogoutTokenMode = "standard" | "strict" | "legacy-wso2";

const clauses = {
  encryption: "BCL 2.6-1",
  format: "BCL 2.4",
  alg: "BCL 2.6-3",
  typ: "BCL 2.4",
  iss: "BCL 2.6-4",
  key: "BCL 2.6-2",
  signature: "BCL 2.6-2",
  aud: "BCL 2.6-4",
  iat: "BCL 2.6-4",
  exp: "BCL 2.6-4",
  events: "BCL 2.6-6",
  nonce: "BCL 2.6-7",
  sub_or_sid: "BCL 2.6-5",
  jti: "BCL 2.4",
};

type Checks = Checklist<keyof typeof clauses>;

export interface LogoutTokenClaims extends JWTPayload {
  iss: string;
  iat: number;
  jti: string;
}

/** What is trusted about an issuer, as far as logout tokens go. */
export interface LogoutTokenIssuer {
  /** Resolves the verification key for a token with the registered algorithm. */
  keys: KeyResolver;
  /** `id_token_signed_response_alg` of our client there (BCL 2.6-3). */
  alg: string;
  /** The client IDs that this app is configured with at this issuer. */
  clientIds: readonly string[];
  /** Those of them that are registered for encryption. */
  encryptedClientIds: readonly string[];
  /** Which of these audiences were typed into the form: clients of this app as well. */
  typedClientIds: (audiences: readonly string[]) => Promise<readonly string[]>;
}

export interface LogoutTokenExpectation {
  /** The issuer by its exact identifier; undefined when it is not trusted. */
  issuer: (iss: string) => Promise<LogoutTokenIssuer | undefined>;
  /** What the tokens of this app's clients may be encrypted with. */
  decryption: Decryption;
  mode: LogoutTokenMode;
  /** Oldest `iat` that is taken, in seconds before now. */
  maxAge: number;
  /** Seconds since the epoch. */
  now: number;
}

export interface VerifiedLogoutToken {
  claims: LogoutTokenClaims;
  /** The audiences of the token that are clients of this app. */
  clientIds: readonly string[];
  verdicts: Verdict[];
  /** Until when its `jti` must be remembered, in whole seconds since the epoch: later it is too old anyway. */
  replayableUntil: number;
}

/** Validates a logout token, leaving a verdict for every check. Whether its `jti` is new is left to the store,
 * which alone can tell.
 * @throws {ProtocolError} `invalid_logout_token` with the verdicts, or `provider_unavailable` */
export async function verifyLogoutToken(
  token: string,
  expected: LogoutTokenExpectation,
): Promise<VerifiedLogoutToken> {
  const checks: Checks = new Checklist("invalid_logout_token", clauses);
  const signed = isEncrypted(token) ? await decryptToken(token, expected.decryption, checks) : token;
  const jws = parseJws(signed, checks);
  const issuer = await trustedIssuer(jws, expected, checks);
  checkAlgorithm(jws, issuer.alg, checks);
  checkType(jws, expected.mode, checks);
  await verifySignature(signed, jws, issuer.keys, checks);
  const clientIds = await checkAudience(jws.claims, issuer, checks);
  if (signed === token) checkUnencrypted(clientIds, issuer, expected.mode, checks);
  checkTimes(jws.claims, expected, checks);
  checkEvents(jws.claims, expected.mode, checks);
  checks.require(
    "nonce",
    jws.claims.nonce === undefined,
    "A logout token carries no nonce.",
    "absent",
    jws.claims.nonce,
  );
  checkSubject(jws.claims, checks);
  const { jti } = jws.claims;
  checks.require(
    "jti",
    typeof jti === "string" && jti !== "",
    "The logout token has no jti.",
    "a unique identifier",
    jti,
  );
  const claims = jws.claims as LogoutTokenClaims;
  const replayableUntil = Math.ceil(claims.iat) + expected.maxAge + clockSkew + 1;
  return { claims, clientIds, verdicts: checks.verdicts, replayableUntil };
}

/** The issuer comes first because it tells whose keys to ask; its name is trusted once the signature verifies. */
async function trustedIssuer(
  { claims }: Jws,
  expected: LogoutTokenExpectation,
  checks: Checks,
): Promise<LogoutTokenIssuer> {
  const issuer = typeof claims.iss === "string" ? await expected.issuer(claims.iss) : undefined;
  if (!issuer)
    return checks.fail(
      "iss",
      "The logout token is from an issuer that is not trusted.",
      "a trusted issuer",
      claims.iss,
    );
  checks.ok("iss", claims.iss);
  return issuer;
}

/** Absent, `JWT` and `logout+jwt` are in use; anything else is a token of another kind (RFC 8725 3.11). */
function checkType(jws: Jws, mode: LogoutTokenMode, checks: Checks): void {
  const typ = tokenType(jws);
  const accepted = mode === "strict" ? ["logout+jwt"] : ["logout+jwt", "jwt", undefined];
  const expected = mode === "strict" ? "logout+jwt" : "logout+jwt, JWT or none";
  checks.require(
    "typ",
    accepted.includes(typ),
    "The token is not a logout token by its type.",
    expected,
    jws.header.typ ?? "none",
  );
}

async function checkAudience(
  { aud }: JWTPayload,
  { clientIds, typedClientIds }: LogoutTokenIssuer,
  checks: Checks,
): Promise<readonly string[]> {
  const audiences = [aud ?? []].flat().filter((audience) => typeof audience === "string");
  const configured = audiences.filter((audience) => clientIds.includes(audience));
  if (configured.length > 0) {
    checks.ok("aud", aud);
    return configured;
  }
  const expected = clientIds.join(" or ") || "a client of this app";
  const typed = await typedClientIds(audiences);
  if (typed.length > 0) {
    checks.warn("aud", `${expected}, or a client ID typed into the form`, aud);
    return typed;
  }
  if (audiences.length === 0) checks.fail("aud", "The logout token names no audience.", expected, aud);
  return checks.fail(
    "aud",
    `This logout token is for client ${audiences.join(", ")}, not for ${expected}: your back-channel URLs are crossed.`,
    expected,
    aud,
    "At the OpenID Provider, give each client the back-channel logout URL of its own app.",
  );
}

function checkTimes(
  { iat, exp }: JWTPayload,
  { now, maxAge, mode }: LogoutTokenExpectation,
  checks: Checks,
): void {
  const range = `${instant(now - maxAge)} to ${instant(now)}`;
  if (!isNumericDate(iat)) checks.fail("iat", "The logout token has no iat.", range, iat);
  checks.require(
    "iat",
    iat <= now + clockSkew,
    "The logout token is from the future; compare the clocks.",
    range,
    instant(iat),
  );
  checks.require("iat", iat >= now - maxAge - clockSkew, "The logout token is too old.", range, instant(iat));
  if (exp === undefined && mode !== "strict") {
    checks.warn("exp", "an expiry (required since errata set 1)", "absent");
    return;
  }
  const live = isNumericDate(exp) && exp > now - clockSkew;
  checks.require(
    "exp",
    live,
    "The logout token has expired, or has no exp.",
    `later than ${instant(now)}`,
    instant(exp) ?? exp,
  );
}

/** A token that was to be encrypted should be refused (BCL 2.6-1), but WSO2 IS never encrypts one. */
function checkUnencrypted(
  clientIds: readonly string[],
  { encryptedClientIds }: LogoutTokenIssuer,
  mode: LogoutTokenMode,
  checks: Checks,
): void {
  if (!clientIds.some((clientId) => encryptedClientIds.includes(clientId))) return;
  const [expected, actual] = ["an encrypted token, as registered", "signed only"];
  if (mode !== "strict") checks.warn("encryption", expected, actual);
  else checks.fail("encryption", "The logout token is not encrypted, as was registered.", expected, actual);
}

function checkEvents(claims: JWTPayload, mode: LogoutTokenMode, checks: Checks): void {
  if (mode === "legacy-wso2" && claims.events === undefined && isObject(claims.event)) {
    checks.warn("events", backchannelLogoutEvent, "event (IS 5.9 to 5.11)");
    return;
  }
  const { events } = claims as { events?: unknown };
  const member = isObject(events) ? events[backchannelLogoutEvent] : undefined;
  checks.require(
    "events",
    isObject(member),
    "The token is not a back-channel logout event.",
    `{"${backchannelLogoutEvent}":{}}`,
    events,
  );
}

function checkSubject({ sub, sid }: JWTPayload & { sid?: unknown }, checks: Checks): void {
  const strings = [sub, sid]
    .filter((value) => value !== undefined)
    .every((value) => typeof value === "string" && value !== "");
  const named = sub !== undefined || sid !== undefined;
  // The verdict is shown to everyone: it says what is there, not who.
  const present = Object.entries({ sub, sid })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const found = present.join(" and ") || "neither";
  checks.require(
    "sub_or_sid",
    named && strings,
    "The logout token names neither user nor session.",
    "sub, sid or both",
    found,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
