/** Made-up data to store. */

import type { LogoutTokenRecord } from "#lib/rp/events.ts";
import type {
  EndedSession,
  PendingLogin,
  ReceivedLogout,
  RegisteredClient,
  RpSession,
} from "#lib/rp/model.ts";
import type { Store } from "#lib/rp/store.ts";

/** Runs a test with its own store, as two replicas see it. */
export type WithStore = (work: (store: Store, replica: Store) => Promise<void>) => Promise<void>;

export const iss = "https://op.example";
const soon = () => Date.now() + 60_000;

export function sessionOf(sub: string, sid: string | undefined, changes: Partial<RpSession> = {}): RpSession {
  const claims = { iss, sub, iat: 1, exp: 2, ...(sid ? { sid } : {}) };
  const login = {
    iss,
    sub,
    clientId: "app",
    claims,
    verdicts: [],
    tokens: { issuer: iss, clientId: "app" },
    since: 1,
    signedInBy: "form" as const,
    grantType: "code",
    responseType: "code",
    redirectUri: "",
    authorizationEndpoint: "",
    tokenEndpoint: "",
    endSessionEndpoint: "",
    checkSessionIframe: "",
  };
  return {
    sessionId: crypto.randomUUID(),
    createdAt: Date.now(),
    expiresAt: soon(),
    login: { ...login, ...(sid ? { sid } : {}) },
    ...changes,
  };
}

export function logoutOf(
  meant: { sub?: string; sid?: string },
  changes: Partial<ReceivedLogout> = {},
): ReceivedLogout {
  const end = { by: "back-channel" as const, at: Date.now() };
  return {
    iss,
    clientIds: ["app"],
    jti: crypto.randomUUID(),
    replayableUntil: soon(),
    iat: 100,
    end,
    ...meant,
    ...changes,
  };
}

/** Receives a logout as the store does, with a short record. @returns the ended sessions */
export async function receive(
  store: Store,
  logout: ReceivedLogout,
  now = Date.now(),
): Promise<readonly EndedSession[] | "replayed"> {
  const effect = await store.receiveLogout(logout, recordOf(logout), now);
  return effect === "replayed" ? effect : effect.ended;
}

export const recordOf = ({ iss, sub, sid, jti, clientIds }: ReceivedLogout): LogoutTokenRecord => ({
  ...{ iss, sub, sid, jti, clientIds, found: [] },
});

export const begin = (store: Store, session: RpSession, startedAt = Date.now()) =>
  store.beginSession(session, undefined, startedAt);

export const pendingOf = (state: string, startedAt = Date.now()): PendingLogin => ({
  state,
  binding: "b",
  nonce: "n",
  issuer: iss,
  clientId: "app",
  redirectUri: "https://app.example/cb",
  grantType: "code",
  responseType: "code",
  authorizationEndpoint: "",
  tokenEndpoint: "",
  endSessionEndpoint: "",
  checkSessionIframe: "",
  startedAt,
});

export const clientOf = (clientId: string): RegisteredClient => ({
  issuer: iss,
  clientId,
  clientSecret: "s",
  alg: "RS256",
  encryption: { alg: "ECDH-ES", enc: "A128GCM" },
  management: { uri: `${iss}/register/first`, token: "m" },
  registeredAt: 1,
  report: [{ field: "jwks_uri", asked: "u", result: "ignored" }],
});

/** Settles when this replica is notified of a change of this session. */
export const nextChange = (replica: Store, { sessionId }: Pick<RpSession, "sessionId">): Promise<void> =>
  new Promise((resolve) => {
    const stop = replica.onSessionChange(sessionId, () => {
      stop();
      resolve();
    });
  });
