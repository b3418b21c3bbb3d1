/** POST /bclogout: Back-Channel Logout 1.0, sections 2.5 to 2.8. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { isNumericDate } from "#lib/oidc/id-token.ts";
import {
  type LogoutTokenIssuer,
  type VerifiedLogoutToken,
  verifyLogoutToken,
} from "#lib/oidc/logout-token.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import { clientsAt } from "../clients.ts";
import { decryptionFor } from "../encryption-keys.ts";
import { readForm, retriable } from "../http.ts";
import { recordEnded } from "../logout/end-session.ts";
import { assertSwitchedOn } from "../mechanisms.ts";
import type { EndedSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** Called by the OP, so it checks neither Origin nor host, and answers in JSON. */
export async function backchannelLogout(request: Request, rp: RelyingParty): Promise<Response> {
  const seen: { verdicts: readonly Verdict[] } = { verdicts: [] };
  try {
    await assertSwitchedOn("back-channel", rp);
    const token = await readLogoutToken(request);
    const verified = await verify(token, rp);
    seen.verdicts = verified.verdicts;
    const ended = await endSessions(verified, rp);
    await recordAccepted(verified, ended, rp);
    return answer(200);
  } catch (error) {
    return refuse(error, seen.verdicts, rp);
  }
}

/** BCL 2.5: one form field; others are ignored. */
async function readLogoutToken(request: Request): Promise<string> {
  const [token, ...more] = (await readForm(request)).getAll("logout_token");
  if (!token) throw new ProtocolError("invalid_request", "The form field logout_token is missing.");
  if (more.length > 0)
    throw new ProtocolError("invalid_request", "The form field logout_token comes more than once.");
  return token;
}

async function verify(token: string, rp: RelyingParty): Promise<VerifiedLogoutToken> {
  const { LOGOUT_TOKEN_MODE: mode, LOGOUT_TOKEN_MAX_AGE: maxAge } = rp.config;
  const now = Math.floor(rp.now() / 1000);
  const clients = await Promise.all(rp.trustedProviders.map((provider) => clientsAt(provider, rp)));
  const decryption = decryptionFor(clients.flat(), rp);
  return verifyLogoutToken(token, { issuer: (iss) => trustedIssuer(iss, rp), decryption, mode, maxAge, now });
}

async function trustedIssuer(iss: string, rp: RelyingParty): Promise<LogoutTokenIssuer | undefined> {
  const provider = rp.trustedProvider(iss);
  if (!provider) return undefined;
  const clients = await clientsAt(provider, rp);
  return {
    keys: await rp.keysOf(provider),
    alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG,
    clientIds: clients.map(({ clientId }) => clientId),
    encryptedClientIds: clients.filter(({ encryption }) => encryption).map(({ clientId }) => clientId),
    typedClientIds: (audiences) => rp.store.usedClientIds(iss, audiences),
  };
}

/** BCL 2.7: `sid` ends that session, `sub` alone all of that subject; nothing to end is success as well. */
async function endSessions(
  { claims, clientIds, verdicts, replayableUntil }: VerifiedLogoutToken,
  rp: RelyingParty,
): Promise<EndedSession[]> {
  const { iss, sub, jti, iat } = claims;
  const sid = claims.sid as string | undefined;
  const end = { by: "back-channel" as const, at: rp.now(), ...noticedAfter(claims.toe, rp.now()) };
  const logout = {
    ...{ iss, sid, sub, clientIds, jti, end },
    iat: Math.floor(iat),
    replayableUntil: replayableUntil * 1000,
  };
  const ended = await rp.store.receiveLogout(logout, rp.now());
  const replay = { check: "replay", clause: "BCL 2.6-8" };
  if (ended === "replayed") {
    verdicts.push({ ...replay, result: "failed", expected: "a new jti", actual: jti });
    throw new ProtocolError("logout_token_replayed", "This logout token was received before.", { verdicts });
  }
  verdicts.push({ ...replay, result: "ok" });
  await recordEnded(ended, end, rp);
  return ended;
}

/** How long ago the OP ended its session, by its clock (`toe`, RFC 8417 2.2). `iat`, in whole seconds, is too coarse. */
const noticedAfter = (toe: unknown, now: number) =>
  isNumericDate(toe) ? { noticedAfterMs: Math.max(0, Math.round(now - toe * 1000)) } : {};

async function recordAccepted(
  { claims, verdicts }: VerifiedLogoutToken,
  ended: EndedSession[],
  rp: RelyingParty,
): Promise<void> {
  const { iss, sub, sid, aud, jti } = claims;
  const data = { iss, aud, sub, sid, jti, sessions: ended.length, verdicts };
  await rp.record({ type: "logout_token", data });
}

/** BCL 2.8: 400 with an OAuth-style error; 503 where the OP may well try again. */
async function refuse(error: unknown, verdicts: readonly Verdict[], rp: RelyingParty): Promise<Response> {
  if (!(error instanceof ProtocolError)) {
    rp.log.error({ err: error }, "The back-channel logout endpoint failed.");
    return answer(500, { error: "server_error", error_description: "The app failed; its log says more." });
  }
  const found = error.verdicts.length ? error.verdicts : verdicts;
  // What nobody signed may come from anybody: it has a record of its own, so that it cannot push the others out.
  const signed = found.some(({ check, result }) => check === "signature" && result === "ok");
  const type = signed ? "logout_token" : "logout_token_unverified";
  await rp.record({ type, data: { error: error.message, code: error.code, verdicts: found } });
  if (error.detail) rp.log.warn({ detail: String(error.detail) }, error.message);
  const description = [error.message, error.help].filter(Boolean).join(" ");
  const body = {
    error: error.status === 503 ? "temporarily_unavailable" : "invalid_request",
    error_description: description,
  };
  return answer(error.status, body);
}

function answer(status: number, body?: { error: string; error_description: string }): Response {
  const headers = { "cache-control": "no-store" };
  return body ? retriable(Response.json(body, { status, headers })) : new Response(null, { status, headers });
}
