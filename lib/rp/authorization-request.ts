/** The authorization request (Core 3.1.2.1), and what must be remembered until it is answered. */
import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { lifetime } from "#lib/store/store.ts";
import type { PendingLogin } from "#lib/store/types.ts";
import type { Asker } from "./authorize.ts";
import { type BrowserForm, clientSecret } from "./authorize-form.ts";
import { seeOther } from "./http.ts";
import type { RelyingParty } from "./relying-party.ts";
import { cookieName, parseCookies, readCookie, sessionCookie, setCookie } from "./session-cookie.ts";

/** Sends the browser to the authorization endpoint. */
export async function requestAuthorization(
  form: BrowserForm,
  provider: OpenIdProvider,
  { sessionId, base, cookies }: Asker,
  rp: RelyingParty,
): Promise<Response> {
  const pending = await pendingLogin(form, provider, rp);
  const { clientId, responseType, grantType } = pending;
  const choice = { clientId, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
  const endpoint = form.authorization_endpoint;
  const configuration = await provider.configuration(choice, { authorization_endpoint: endpoint });
  const url = buildAuthorizationUrl(configuration, await authorizationParameters(form, pending));
  await rp.store.savePendingLogin(pending);
  await rp.record({
    type: "authorization_request",
    sessionId,
    data: { clientId, responseType, grantType, endpoint },
  });
  const login = loginCookie(pending, base, rp);
  return seeOther(url.href, [
    login,
    ...forgottenLogins(cookies, base, rp),
    await sessionCookie(sessionId, base, rp),
  ]);
}

/** One cookie for each `state`, so that two tabs can sign in at once. */
const loginCookieName = (state: string, rp: RelyingParty) => cookieName(rp, `login.${state}`);

const loginCookie = ({ state, binding }: PendingLogin, base: string, rp: RelyingParty) =>
  setCookie(loginCookieName(state, rp), binding, base, { maxAge: lifetime.pendingLogin / 1000 });

/** What this browser holds for the request with this `state`. */
export const readBinding = (cookies: string | null, state: string, rp: RelyingParty): string | undefined =>
  readCookie(cookies, loginCookieName(state, rp));

/** Takes the cookie of an answered request back. */
export const usedLoginCookie = (state: string, base: string, rp: RelyingParty): string =>
  setCookie(loginCookieName(state, rp), "", base, { maxAge: 0 });

/** Most sign-ins that a browser may leave unfinished: their cookies must not fill the header up to what servers refuse. */
const mostUnfinished = 8;

function forgottenLogins(cookies: string | null, base: string, rp: RelyingParty): string[] {
  const names = parseCookies(cookies).map(([name]) => name);
  const unfinished = names.filter((name) => name.startsWith(loginCookieName("", rp)));
  return unfinished.slice(0, -mostUnfinished).map((name) => setCookie(name, "", base, { maxAge: 0 }));
}

async function pendingLogin(
  form: BrowserForm,
  provider: OpenIdProvider,
  rp: RelyingParty,
): Promise<PendingLogin> {
  const secret = "client_secret" in form ? await clientSecret(form, provider, rp) : undefined;
  return {
    state: randomState(),
    binding: randomState(),
    nonce: randomNonce(),
    issuer: provider.issuer,
    clientId: form.client_id,
    ...(secret ? { clientSecret: secret } : {}),
    ...("use_pkce" in form && form.use_pkce === "yes" ? { codeVerifier: randomPKCECodeVerifier() } : {}),
    redirectUri: form.redirect_uri,
    grantType: form.grant_type,
    responseType: responseTypeOf(form),
    tokenEndpoint: "token_endpoint" in form ? form.token_endpoint : "",
    endSessionEndpoint: form.end_session_endpoint,
    startedAt: rp.now(),
  };
}

function responseTypeOf(form: BrowserForm): string {
  if (form.grant_type === "implicit") return form.response_type;
  return form.grant_type === "hybrid" ? "code id_token" : "code";
}

async function authorizationParameters(
  form: BrowserForm,
  pending: PendingLogin,
): Promise<Record<string, string>> {
  const { codeVerifier, state, nonce, redirectUri: redirect_uri, responseType: response_type } = pending;
  const parameters: Record<string, string> = { redirect_uri, response_type, scope: form.scope, state, nonce };
  if ("form_post" in form && form.form_post === "yes") parameters.response_mode = "form_post";
  if (form.acr_values) parameters.acr_values = form.acr_values;
  if (codeVerifier && "code_challenge_method" in form) {
    const plain = form.code_challenge_method === "plain";
    parameters.code_challenge = plain ? codeVerifier : await calculatePKCECodeChallenge(codeVerifier);
    parameters.code_challenge_method = form.code_challenge_method;
  }
  return parameters;
}
