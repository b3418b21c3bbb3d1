/** Sessions of a typical size. */
import { createHash, randomBytes } from "node:crypto";
import type { ReceivedLogout, RpSession } from "#lib/rp/model.ts";

const exampleIssuer = "https://op.example/oauth2/token";
/** The client that the sessions and logout tokens are of. */
export const clientId = "playground2";

const token = (bytes: number) => randomBytes(Math.floor((bytes * 3) / 4)).toString("base64url");

/** The same text for the same number, as long as a random one: other processes name the sessions by it. */
const nameOf = (kind: string, n: number) =>
  `${kind}-${n}-${createHash("sha256").update(`${kind} ${n}`).digest("base64url").slice(0, 24)}`;

/** The `sid` of session number n. */
export const sidNumber = (n: number): string => nameOf("sid", n);

/** A code grant login: an ID Token of 900 bytes, an access and a refresh token, claims and verdicts. */
export function sessionNumber(n: number, iss = exampleIssuer): RpSession {
  const now = Date.now();
  const [sub, sid] = [`user-${n}`, sidNumber(n)];
  const seconds = Math.floor(now / 1000);
  const claims = { iss, sub, aud: clientId, sid, iat: seconds, exp: seconds + 3600, nonce: token(32) };
  const checks = ["signature", "alg", "iss", "aud", "azp", "exp", "iat", "nonce", "at_hash", "sub"];
  const login = {
    ...{ iss, sub, sid, clientId, claims, since: now },
    verdicts: checks.map((check) => ({ check, result: "pass" as const, clause: "Core 3.1.3.7" })),
    tokens: {
      ...{ issuer: iss, clientId, idToken: token(900), accessToken: token(900), refreshToken: token(60) },
      ...{ scope: "openid", expiresAt: now + 3600_000 },
    },
    ...{ signedInBy: "form" as const, grantType: "code", responseType: "code", sessionState: token(60) },
    redirectUri: "https://app.example/playground2/oauth2client",
    authorizationEndpoint: "https://op.example/oauth2/authorize",
    tokenEndpoint: "https://op.example/oauth2/token",
    endSessionEndpoint: "https://op.example/oidc/logout",
    checkSessionIframe: "https://op.example/oidc/checksession",
  };
  const expiresAt = now + 12 * 3600_000;
  return { sessionId: nameOf("session", n), createdAt: now, expiresAt, login };
}

/** The logout of this session, as the store receives it. */
export const logoutOf = ({ login }: RpSession): ReceivedLogout => ({
  ...{
    iss: login?.iss ?? exampleIssuer,
    sid: login?.sid,
    sub: login?.sub,
    clientIds: [clientId],
    jti: token(32),
  },
  iat: Math.floor(Date.now() / 1000),
  replayableUntil: Date.now() + 300_000,
  end: { by: "back-channel", at: Date.now() },
});
