/** Logout token validation: Back-Channel Logout 1.0, section 2.6, step by step. */
import type { JWTPayload } from "jose";
import { Checklist } from "./checklist.ts";
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

export const backchannelLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

/** `strict` also requires `typ` and `exp`; `legacy-wso2` also accepts the `event` claim of IS 5.9 to 5.11. */
type LogoutTokenMode = "standard" | "strict" | "legacy-wso2";

export const clauses = {
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
  replay: "BCL 2.6-8",
  session: "BCL 2.7",
};

export type LogoutTokenChecks = Checklist<keyof typeof clauses>;

/** A new list of the checks of one logout token, all still to be made. */
export const logoutTokenChecks = (): LogoutTokenChecks => new Checklist("invalid_logout_token", clauses);

interface LogoutTokenClaims extends JWTPayload {
  iss: string;
  iat: number;
  jti: string;
}

/** A client of this app that a logout token may be for. */
interface LogoutTokenClient {
  clientId: string;
  /** Registered for encrypted tokens (Registration 2, `id_token_encrypted_response_alg`). */
  encrypted: boolean;
  /** Not configured: its ID was typed into the authorize form. */
  typed?: true;
}

/** What this app has agreed on with a trusted issuer. */
export interface LogoutTokenIssuer {
  keys: KeyResolver;
  /** `id_token_signed_response_alg` of our clients there (BCL 2.6-3). */
  alg: string;
  clients: readonly LogoutTokenClient[];
}

/** A logout token as it can be read, not trusted before `verifyLogoutToken`. */
interface OpenedLogoutToken extends Jws {
  /** The JWS: the token itself, or what was encrypted in it. */
  signed: string;
  encrypted: boolean;
}

interface LogoutTokenExpectation {
  /** Undefined when the token's issuer is not trusted. */
  issuer: LogoutTokenIssuer | undefined;
  mode: LogoutTokenMode;
  /** Oldest accepted `iat`, in seconds before now. */
  maxAge: number;
  /** Seconds since the epoch. */
  now: number;
}

export interface VerifiedLogoutToken {
  claims: LogoutTokenClaims;
  /** The audiences of the token that are clients of this app. */
  clientIds: readonly string[];
  /** How long its `jti` must be remembered, in whole seconds since the epoch: later the token is too old anyway. */
  replayableUntil: number;
}

/** Decrypts (BCL 2.6-1) and parses a logout token.
 * @throws {ProtocolError} `invalid_logout_token` with the verdicts */
export async function openLogoutToken(
  token: string,
  decryption: Decryption,
  checks: LogoutTokenChecks,
): Promise<OpenedLogoutToken> {
  const encrypted = isEncrypted(token);
  const signed = encrypted ? await decryptToken(token, decryption, checks) : token;
  return { signed, encrypted, ...parseJws(signed, checks) };
}

/** Validates an opened logout token (BCL 2.6), with a verdict for every check. Only the store knows whether its `jti` is
 * new and which sessions it ends: the caller makes the last checks, `replay` and `session`.
 * @throws {ProtocolError} `invalid_logout_token` with the verdicts, or `provider_unavailable` */
export async function verifyLogoutToken(
  opened: OpenedLogoutToken,
  expected: LogoutTokenExpectation,
  checks: LogoutTokenChecks,
): Promise<VerifiedLogoutToken> {
  const issuer = checkIssuer(opened, expected, checks);
  checkAlgorithm(opened, issuer.alg, checks);
  checkType(opened, expected.mode, checks);
  await verifySignature(opened.signed, opened, issuer.keys, checks);
  const clients = checkAudience(opened.claims, issuer, checks);
  if (!opened.encrypted) checkUnencrypted(clients, expected.mode, checks);
  checkTimes(opened.claims, expected, checks);
  checkEvents(opened.claims, expected.mode, checks);
  checkNonce(opened.claims, checks);
  checkSubject(opened.claims, checks);
  checkJti(opened.claims, checks);
  const claims = opened.claims as LogoutTokenClaims;
  return {
    claims,
    clientIds: clients.map(({ clientId }) => clientId),
    replayableUntil: Math.ceil(claims.iat) + expected.maxAge + clockSkew + 1,
  };
}

/** The audiences that a token names. */
export const audiencesOf = ({ aud }: JWTPayload): string[] =>
  typeof aud === "string" ? [aud] : [aud ?? []].flat().filter((audience) => typeof audience === "string");

/** The issuer comes first because it decides whose keys verify the token; its name is trusted once they do. */
function checkIssuer(
  { claims }: Jws,
  { issuer }: LogoutTokenExpectation,
  checks: LogoutTokenChecks,
): LogoutTokenIssuer {
  if (!issuer)
    return checks.fail(
      "iss",
      "The logout token is from an issuer that is not trusted.",
      "a trusted issuer",
      claims.iss,
    );
  checks.pass("iss", claims.iss);
  return issuer;
}

/** Absent, `JWT` and `logout+jwt` are in use; anything else is a token of another kind (RFC 8725 3.11). */
function checkType(jws: Jws, mode: LogoutTokenMode, checks: LogoutTokenChecks): void {
  const typ = tokenType(jws);
  const accepted = mode === "strict" ? ["logout+jwt"] : ["logout+jwt", "jwt", undefined];
  const expected = mode === "strict" ? "logout+jwt" : "logout+jwt, JWT or none";
  checks.require(
    "typ",
    accepted.includes(typ),
    "The token's typ is not that of a logout token.",
    expected,
    jws.header.typ ?? "none",
  );
}

function checkAudience(
  claims: JWTPayload,
  { clients }: LogoutTokenIssuer,
  checks: LogoutTokenChecks,
): readonly LogoutTokenClient[] {
  const { aud } = claims;
  const audiences = audiencesOf(claims);
  const named = clients.filter(({ clientId }) => audiences.includes(clientId));
  const configured = named.filter(({ typed }) => !typed);
  if (configured.length > 0) {
    checks.pass("aud", aud);
    return configured;
  }
  const own = clients.filter(({ typed }) => !typed).map(({ clientId }) => clientId);
  const expected = own.join(" or ") || "a client of this app";
  if (named.length > 0) {
    checks.warn("aud", `${expected}, or a client ID typed into the form`, aud);
    return named;
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
  checks: LogoutTokenChecks,
): void {
  const range = () => `${instant(now - maxAge)} to ${instant(now)}`;
  if (!isNumericDate(iat)) checks.fail("iat", "The logout token has no iat.", range(), iat);
  const issued = instant(iat);
  const future = "The logout token is from the future; compare the clocks.";
  checks.require("iat", iat <= now + clockSkew, future, range, issued);
  checks.require("iat", iat >= now - maxAge - clockSkew, "The logout token is too old.", range, issued);
  if (exp === undefined && mode !== "strict") {
    checks.warn("exp", "an expiry (required since errata set 1)", "absent");
    return;
  }
  const live = isNumericDate(exp) && exp > now - clockSkew;
  checks.require(
    "exp",
    live,
    "The logout token has expired, or has no exp.",
    () => `later than ${instant(now)}`,
    instant(exp) ?? exp,
  );
}

/** An unencrypted token of a client registered for encryption should be refused (BCL 2.6-1), but WSO2 IS never encrypts
 * one. */
function checkUnencrypted(
  clients: readonly LogoutTokenClient[],
  mode: LogoutTokenMode,
  checks: LogoutTokenChecks,
): void {
  if (!clients.some(({ encrypted }) => encrypted)) return;
  const [expected, actual] = ["an encrypted token, as registered", "signed only"];
  if (mode !== "strict") checks.warn("encryption", expected, actual);
  else
    checks.fail(
      "encryption",
      "The logout token is not encrypted, although the client is registered for it.",
      expected,
      actual,
    );
}

function checkEvents(claims: JWTPayload, mode: LogoutTokenMode, checks: LogoutTokenChecks): void {
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

function checkNonce({ nonce }: JWTPayload, checks: LogoutTokenChecks): void {
  checks.require("nonce", nonce === undefined, "A logout token must not have a nonce.", "absent", nonce);
}

function checkSubject({ sub, sid }: JWTPayload & { sid?: unknown }, checks: LogoutTokenChecks): void {
  const isText = (value: unknown) => value === undefined || (typeof value === "string" && value !== "");
  const [hasSub, hasSid] = [sub !== undefined, sid !== undefined];
  checks.require(
    "sub_or_sid",
    (hasSub || hasSid) && isText(sub) && isText(sid),
    "The logout token names neither user nor session.",
    "sub, sid or both",
    // Everyone sees the verdict: it says which claims are present, not who they name.
    hasSub && hasSid ? "sub and sid" : hasSub ? "sub" : hasSid ? "sid" : "neither",
  );
}

function checkJti({ jti }: JWTPayload, checks: LogoutTokenChecks): void {
  const present = typeof jti === "string" && jti !== "";
  checks.require("jti", present, "The logout token has no jti.", "a unique identifier", jti);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
