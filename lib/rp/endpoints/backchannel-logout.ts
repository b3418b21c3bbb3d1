/** POST /bclogout: Back-Channel Logout 1.0, sections 2.5 to 2.8. */
import type { JWTPayload } from "jose";
import { reason } from "#lib/net/innermost-error.ts";
import type { Found } from "#lib/oidc/checklist.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { isNumericDate, sidOf } from "#lib/oidc/id-token.ts";
import {
  audiencesOf,
  type LogoutTokenChecks,
  type LogoutTokenIssuer,
  logoutTokenChecks,
  openLogoutToken,
  type VerifiedLogoutToken,
  verifyLogoutToken,
} from "#lib/oidc/logout-token.ts";
import { type Client, clientsAt } from "../clients.ts";
import { decryptionFor } from "../encryption-keys.ts";
import { logEvents } from "../event-log.ts";
import type { ReceivedToken } from "../events.ts";
import { logoutRecords } from "../events.ts";
import { retryAfter } from "../http.ts";
import { receivedToken } from "../logout/received-token.ts";
import { assertSwitchedOn } from "../mechanisms.ts";
import { type PlainRequest, type PlainResponse, readPlainForm } from "../plain-http.ts";
import type { RelyingParty } from "../relying-party.ts";

/** The OP calls it, so it checks neither Origin nor host, and answers in JSON. */
export async function backchannelLogout(request: PlainRequest, rp: RelyingParty): Promise<PlainResponse> {
  const checks = logoutTokenChecks();
  let received: ReceivedToken | undefined;
  try {
    await assertSwitchedOn("back-channel", rp);
    const token = await readLogoutToken(request);
    received = receivedToken(token);
    const clients = await Promise.all(rp.trustedProviders.map((provider) => clientsAt(provider, rp)));
    const opened = await openLogoutToken(token, decryptionFor(clients.flat(), rp), checks);
    received = receivedToken(token, opened.signed);
    const issuer = await issuerOf(opened.claims, clients, rp);
    const verified = await verifyLogoutToken(opened, { issuer, ...expectationOf(rp) }, checks);
    await receive(verified, received, checks, rp);
    return answer(200);
  } catch (error) {
    return refuse(error, received, checks, rp);
  }
}

/** BCL 2.5: one form field; others are ignored. */
async function readLogoutToken(request: PlainRequest): Promise<string> {
  const [token, ...more] = (await readPlainForm(request)).getAll("logout_token");
  if (!token) throw new ProtocolError("invalid_request", "The form field logout_token is missing.");
  if (more.length > 0) throw new ProtocolError("invalid_request", "The form field logout_token is repeated.");
  return token;
}

const expectationOf = ({ config, now }: RelyingParty) => ({
  mode: config.LOGOUT_TOKEN_MODE,
  maxAge: config.LOGOUT_TOKEN_MAX_AGE,
  now: Math.floor(now() / 1000),
});

/** How many audiences are looked up as client IDs typed into the form: anyone may send a token with thousands. */
const maxTypedAudiences = 50;

/** What this app has agreed on with the issuer that the token names; undefined when that one is not trusted.
 * @param clients at each of the trusted providers */
async function issuerOf(
  claims: JWTPayload,
  clients: readonly Client[][],
  rp: RelyingParty,
): Promise<LogoutTokenIssuer | undefined> {
  const index = rp.trustedProviders.findIndex(({ issuer }) => issuer === claims.iss);
  const provider = rp.trustedProviders[index];
  if (!provider) return undefined;
  const known = (clients[index] ?? []).map(({ clientId, encryption }) => ({
    clientId,
    encrypted: encryption !== undefined,
  }));
  const audiences = audiencesOf(claims).slice(0, maxTypedAudiences);
  const isKnown = known.some(({ clientId }) => audiences.includes(clientId));
  const typed = isKnown ? [] : await rp.store.usedClientIds(provider.issuer, audiences);
  return {
    keys: await rp.keysOf(provider),
    alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG,
    clients: [...known, ...typed.map((clientId) => ({ clientId, encrypted: false, typed: true as const }))],
  };
}

/** Ends the sessions and records the token, in one step of the store.
 * @throws {ProtocolError} `invalid_logout_token` if the `jti` was seen before */
async function receive(
  { claims, clientIds, replayableUntil }: VerifiedLogoutToken,
  received: ReceivedToken,
  checks: LogoutTokenChecks,
  rp: RelyingParty,
): Promise<void> {
  const { iss, sub, aud, jti, iat } = claims;
  const sid = sidOf(claims);
  const end = { by: "back-channel" as const, at: rp.now(), ...noticedAfter(claims.toe, rp.now()) };
  const logout = {
    ...{ iss, sid, sub, clientIds, jti, end },
    iat: Math.floor(iat),
    replayableUntil: replayableUntil * 1000,
  };
  const found: Found[] = [...checks.found, ["replay", "pass"]];
  const record = { iss, aud, sub, sid, jti, clientIds, found, received };
  const effect = await rp.store.receiveLogout(logout, record, rp.now());
  if (effect === "replayed")
    return checks.fail("replay", "This logout token was received before.", "a new jti", jti);
  logEvents(rp.log, logoutRecords(record, effect, end));
}

/** How long ago the OP ended its session, by its clock (`toe`, RFC 8417 2.2). `iat`, in whole seconds, is too coarse. */
const noticedAfter = (toe: unknown, now: number) =>
  isNumericDate(toe) ? { noticedAfterMs: Math.max(0, Math.round(now - toe * 1000)) } : {};

/** BCL 2.8: 400 with an OAuth-style error; 503 where the OP should try again. */
async function refuse(
  error: unknown,
  received: ReceivedToken | undefined,
  checks: LogoutTokenChecks,
  rp: RelyingParty,
): Promise<PlainResponse> {
  if (!(error instanceof ProtocolError)) {
    rp.log.error({ err: error }, "The back-channel logout endpoint failed.");
    return answer(500, { error: "server_error", error_description: "The app failed; see its log." });
  }
  // An unsigned token may come from anyone: it gets an event type of its own, so that it cannot push the others out.
  const type = checks.passed("signature") ? "logout_token" : "logout_token_unverified";
  const { message, code } = error;
  await rp.record({
    type,
    data: { error: message, code, verdicts: checks.verdicts, ...(received && { received }) },
  });
  if (error.detail) rp.log.warn({ detail: reason(error.detail) }, error.message);
  const description = [error.message, error.help].filter(Boolean).join(" ");
  const body = {
    error: error.status === 503 ? "temporarily_unavailable" : "invalid_request",
    error_description: description,
  };
  return answer(error.status, body);
}

function answer(status: number, body?: { error: string; error_description: string }): PlainResponse {
  const headers = { "cache-control": "no-store" };
  if (!body) return { status, headers };
  const retry = status === 503 ? { "retry-after": retryAfter } : {};
  return {
    status,
    headers: { ...headers, "content-type": "application/json", ...retry },
    body: JSON.stringify(body),
  };
}
