/** Where every login ends: a new RP session that replaces the browser's former one. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type IdTokenClaims, instant, sidOf } from "#lib/oidc/id-token.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import { endedEvents } from "../events.ts";
import type { Login, OpSession, RpSession, Tokens } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { newSessionId } from "../session/session-cookie.ts";
import { lifetime } from "../store.ts";

export interface NewLogin extends Omit<Login, "iss" | "sub" | "sid" | "since"> {
  claims: IdTokenClaims;
  /** When its request was sent. */
  startedAt: number;
  /** The browser's former RP session; its id is not reused, against session fixation. */
  formerId?: string | undefined;
}

/** Begins a session.
 * @returns its id
 * @throws {ProtocolError} `session_already_ended` when its logout overtook its login */
export async function beginSession(
  { startedAt, formerId, ...login }: NewLogin,
  rp: RelyingParty,
): Promise<string> {
  const { iss, sub } = login.claims;
  const sid = sidOf(login.claims);
  const now = rp.now();
  const former = formerId ? await rp.store.readSession(formerId, now) : undefined;
  const reused = await reusedSid({ iss, clientId: login.clientId, sid }, rp);
  const session: RpSession = {
    sessionId: newSessionId(),
    createdAt: now,
    expiresAt: now + lifetime.session,
    ...(former?.form ? { form: former.form } : {}),
    login: {
      ...login,
      verdicts: login.verdicts.map((verdict) => (verdict.check === "sid" ? (reused ?? verdict) : verdict)),
      ...{ iss, sub, since: now },
      ...(sid ? { sid } : {}),
    },
  };
  const ended = await rp.store.beginSession(session, formerId, startedAt);
  if (ended) {
    throw new ProtocolError(
      "session_already_ended",
      "The session ended while you were signing in: its logout came first.",
      {
        help: former?.login
          ? `${former.login.sub} is still logged in here. Start again to sign in.`
          : "No user is logged in here. Start again to sign in.",
      },
    );
  }
  const { sessionId } = session;
  const data = {
    iss,
    sub,
    sid: session.login?.sid,
    clientId: login.clientId,
    session: sessionId.slice(0, 6),
    ...(reused?.actual ? { warning: `The OpenID Provider reused a sid: ${reused.actual}.` } : {}),
  };
  const replaced = former?.login ? [{ ...former.login, sessionId: former.sessionId }] : [];
  await rp.record(...endedEvents(replaced, { by: "new-login", at: now }), {
    type: "session_begun",
    sessionId,
    data,
  });
  return session.sessionId;
}

/** A new session has a new `sid` (BCL 2.1), but OPs do reuse them: the user gets in, with a warning. */
async function reusedSid(
  { sid, ...client }: OpSession,
  { store }: RelyingParty,
): Promise<Verdict | undefined> {
  const earlier = sid && (await store.readEnd({ ...client, sid }));
  if (!earlier) return undefined;
  const [expected, actual] = [
    "a sid of its own",
    `a sid that was logged out at ${instant(earlier.at / 1000)}`,
  ];
  return { check: "sid", clause: "BCL 2.1", result: "warn", expected, actual };
}

type Received = { [name in "id_token" | "access_token" | "refresh_token" | "scope"]?: string | undefined } & {
  /** Seconds; NaN when the response has none. */
  expires_in?: number | undefined;
};

/** The tokens of a token response or of the front channel.
 * @param signed the verified ID Token of the response */
export function tokensFrom(
  response: Received,
  { issuer, clientId, now }: { issuer: string; clientId: string; now: number },
  signed?: string,
): Tokens {
  const {
    id_token: received,
    access_token: accessToken,
    refresh_token: refreshToken,
    scope,
    expires_in: expiresIn,
  } = response;
  return {
    issuer,
    clientId,
    ...(signed ? { idToken: signed } : {}),
    ...(received && received !== signed ? { encryptedIdToken: received } : {}),
    ...(accessToken ? { accessToken } : {}),
    ...(refreshToken ? { refreshToken } : {}),
    ...(scope ? { scope } : {}),
    // 0 has expired; NaN is unknown.
    ...(Number.isFinite(expiresIn) ? { expiresAt: now + Number(expiresIn) * 1000 } : {}),
  };
}
