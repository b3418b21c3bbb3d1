/** Access tokens that have expired are refreshed (RFC 6749 6, Core 12), once for all that ask at the same time. */
import { ResponseBodyError } from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { verifyIdToken } from "#lib/oidc/id-token.ts";
import { requestTokens } from "#lib/oidc/token-request.ts";
import type { Login, RpSession } from "#lib/store/types.ts";
import { tokensFrom } from "./begin-session.ts";
import { clientNamed } from "./clients.ts";
import { decryptionFor } from "./encryption-keys.ts";
import { endSession } from "./end-session.ts";
import type { RelyingParty } from "./relying-party.ts";

/** An access token that lives no longer than this is not worth sending, in milliseconds. */
const soon = 30_000;

/** The session with an access token that is still good, where a refresh token gets one. If the OP says that the grant
 * is over, so is the session; if it cannot be asked, everything stays as it is.
 * @returns undefined when the session is gone */
export async function refreshed(session: RpSession, rp: RelyingParty): Promise<RpSession | undefined> {
  const { tokens } = session.login ?? {};
  const expired = tokens?.expiresAt !== undefined && tokens.expiresAt < rp.now() + soon;
  if (!session.login || !tokens?.refreshToken || !expired) return session;
  // A refresh token may work once only: whoever comes while it is in use waits for the same answer.
  const running = rp.refreshes.get(session.sessionId) ?? refresh(session.sessionId, session.login, rp);
  rp.refreshes.set(session.sessionId, running);
  await running.finally(() => rp.refreshes.delete(session.sessionId));
  return rp.store.readSession(session.sessionId, rp.now());
}

async function refresh(sessionId: string, login: Login, rp: RelyingParty): Promise<void> {
  try {
    const renewed = await requestRefresh(login, rp);
    await rp.store.renewLogin(sessionId, renewed);
    await rp.record({ type: "tokens_refreshed", sessionId, data: { clientId: login.clientId } });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await rp.record({ type: "tokens_refreshed", sessionId, data: { error: error.message } });
    if (error.detail instanceof ResponseBodyError && error.detail.error === "invalid_grant") {
      await endSession({ sessionId }, "refresh", rp, error.message);
    }
  }
}

async function requestRefresh(login: Login, rp: RelyingParty): Promise<Login> {
  const { clientId, tokens, tokenEndpoint } = login;
  const provider = rp.trustedProvider(tokens.issuer);
  if (!provider) throw new ProtocolError("endpoint_not_allowed", `${tokens.issuer} is no longer trusted.`);
  const client = await clientNamed(provider, clientId, rp);
  const alg = rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG;
  const configuration = await provider.configuration({ ...client, alg }, { token_endpoint: tokenEndpoint });
  const parameters = { refresh_token: tokens.refreshToken ?? "" };
  const response = await requestTokens(configuration, "refresh_token", parameters);
  const now = rp.now();
  const origin = { issuer: provider.issuer, clientId, now };
  if (!response.id_token) return { ...login, tokens: { ...tokens, ...tokensFrom(response, origin) } };
  const { claims, signed, verdicts } = await verifyIdToken(response.id_token, {
    issuer: provider.issuer,
    clientId,
    alg,
    keys: await rp.keysOf(provider),
    decryption: decryptionFor([client], rp),
    accessToken: response.access_token,
    frontChannel: false,
    now: Math.floor(now / 1000),
  });
  if (claims.sub !== login.sub) {
    throw new ProtocolError("invalid_id_token", "The refreshed ID Token names another user (Core 12.2).");
  }
  const fresh = tokensFrom(response, origin, signed);
  return { ...login, claims: { ...login.claims, ...claims }, verdicts, tokens: { ...tokens, ...fresh } };
}
