/** Refreshes expired access tokens (RFC 6749 6, Core 12), once for all concurrent requests, on all replicas. */
import { ResponseBodyError } from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { sidOf, verifyIdToken } from "#lib/oidc/id-token.ts";
import { requestTokens } from "#lib/oidc/token-request.ts";
import { clientNamed } from "../clients.ts";
import { decryptionFor } from "../encryption-keys.ts";
import { tokensFrom } from "../login/begin-session.ts";
import { endSession } from "../logout/end-session.ts";
import type { Login, RpSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { lifetime } from "../store.ts";

/** An access token with less time to live than this is refreshed, in milliseconds. */
const soon = 30_000;

/** The session with a valid access token, if a refresh token can get one. If the OP says that the grant has ended, the
 * session ends too; if the OP does not answer, everything stays as it is.
 * @returns undefined when there is no such session */
export async function refreshed(session: RpSession, rp: RelyingParty): Promise<RpSession | undefined> {
  if (!needsRefresh(session.login, rp)) return session;
  const { sessionId } = session;
  const claimant = crypto.randomUUID();
  const change = nextChange(sessionId, rp);
  try {
    // A refresh token may work only once: concurrent requests wait for the same response.
    if (!(await rp.store.claimRefresh(sessionId, claimant, rp.now()))) await change.come;
    else await refreshOnce(sessionId, rp).finally(() => rp.store.releaseRefresh(sessionId, claimant));
  } finally {
    change.stop();
  }
  return rp.store.readSession(sessionId, rp.now());
}

const needsRefresh = (login: Login | undefined, rp: RelyingParty): login is Login =>
  Boolean(login?.tokens.refreshToken && (login.tokens.expiresAt ?? Infinity) < rp.now() + soon);

/** The session's next change, or the time when the claim must have expired. */
function nextChange(sessionId: string, { store }: RelyingParty) {
  const { promise: come, resolve } = Promise.withResolvers<void>();
  const forget = store.onSessionChange(sessionId, resolve);
  const timer = setTimeout(resolve, lifetime.refresh);
  return {
    come,
    stop: () => {
      forget();
      clearTimeout(timer);
    },
  };
}

/** Another request may have refreshed the tokens between the read and the claim. */
async function refreshOnce(sessionId: string, rp: RelyingParty): Promise<void> {
  const { login } = (await rp.store.readSession(sessionId, rp.now())) ?? {};
  if (needsRefresh(login, rp)) await refresh(sessionId, login, rp);
}

async function refresh(sessionId: string, login: Login, rp: RelyingParty): Promise<void> {
  try {
    const renewed = await requestRefresh(login, rp);
    // Core 12.2: the refreshed ID Token is about the authentication with which this session began.
    const renewal = await rp.store.renewLogin(sessionId, renewed, login.since);
    await rp.record({ type: "tokens_refreshed", sessionId, data: { clientId: login.clientId } });
    if (typeof renewal === "object") await endSession({ sessionId }, renewal.by, rp, sidCameLate);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await rp.record({ type: "tokens_refreshed", sessionId, data: { error: error.message } });
    if (error.detail instanceof ResponseBodyError && error.detail.error === "invalid_grant") {
      await endSession({ sessionId, login }, "refresh", rp, error.message);
    }
  }
}

const sidCameLate =
  "The logout of its sid arrived before this app knew that sid: the first ID Token with it came with refreshed tokens.";

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
  // The expiry of the old token says nothing about the new one.
  const { expiresAt: _, ...kept } = tokens;
  if (!response.id_token) return { ...login, tokens: { ...kept, ...tokensFrom(response, origin) } };
  const { claims, signed, ...checked } = await verifyIdToken(response.id_token, {
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
  const verdicts = [...provider.authenticationVerdicts(clientId), ...checked.verdicts];
  const sid = sidOf(claims);
  return {
    ...login,
    ...(sid ? { sid } : {}),
    ...{ claims: { ...login.claims, ...claims }, verdicts, tokens: { ...kept, ...fresh } },
  };
}
