/** The two grants without a browser: Client Credentials (RFC 6749 4.4) and Resource Owner (4.3; RFC 9700 2.4 forbids it). */
import { verifyIdToken } from "#lib/oidc/id-token.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { requestTokens } from "#lib/oidc/token-request.ts";
import { clientNamed } from "../clients.ts";
import { decryptionFor } from "../encryption-keys.ts";
import type { Requester } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { sessionCookie } from "../session/session-cookie.ts";
import { clientSecret, type DirectForm } from "./authorize-form.ts";
import { beginSession, tokensFrom } from "./begin-session.ts";

/** Requests tokens and keeps them; with an ID Token a session begins.
 * @returns the session cookie to set */
export async function requestDirectGrant(
  form: DirectForm,
  provider: OpenIdProvider,
  { sessionId, base }: Requester,
  rp: RelyingParty,
): Promise<string> {
  const startedAt = rp.now();
  const alg = rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG;
  const choice = { clientId: form.client_id, clientSecret: await clientSecret(form, provider, rp), alg };
  const configuration = await provider.configuration(choice, { token_endpoint: form.token_endpoint });
  const credentials =
    form.grant_type === "password" ? { username: form.username, password: form.password } : undefined;
  const parameters = { ...credentials, ...(form.scope ? { scope: form.scope } : {}) };
  const response = await requestTokens(configuration, form.grant_type, parameters);
  await rp.record({
    type: "token_request",
    sessionId,
    data: {
      grantType: form.grant_type,
      clientId: form.client_id,
      refusedBasic: provider.refusedBasic(form.client_id),
    },
  });
  const origin = { issuer: provider.issuer, clientId: form.client_id, now: rp.now() };
  if (!response.id_token) {
    await rp.store.saveTokens(sessionId, tokensFrom(response, origin), rp.now());
    return sessionCookie(sessionId, base, rp);
  }
  const { claims, verdicts, signed } = await verifyIdToken(response.id_token, {
    issuer: provider.issuer,
    clientId: form.client_id,
    alg,
    keys: await rp.keysOf(provider),
    decryption: decryptionFor([await clientNamed(provider, form.client_id, rp)], rp),
    accessToken: response.access_token,
    frontChannel: false,
    now: Math.floor(rp.now() / 1000),
  });
  const login = {
    claims,
    verdicts: [...provider.authenticationVerdicts(form.client_id), ...verdicts],
    tokens: tokensFrom(response, origin, signed),
    clientId: form.client_id,
    signedInBy: "form" as const,
    grantType: form.grant_type,
    tokenEndpoint: form.token_endpoint,
    endSessionEndpoint: form.grant_type === "password" ? form.end_session_endpoint : "",
    // No browser was at the OP, so there is no session to come back to or to watch.
    ...{ responseType: "", redirectUri: "", authorizationEndpoint: "", checkSessionIframe: "" },
  };
  const begun = await beginSession({ ...login, startedAt, formerId: sessionId }, rp);
  return sessionCookie(begun, base, rp);
}
