/** The authorization request (Core 3.1.2.1), and what to remember until the response. */
import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { seeOther } from "../http.ts";
import { usualHint } from "../logout/id-token-hint.ts";
import type { Login, PendingLogin, Requester } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { cookieName, parseCookies, readCookie, sessionCookie, setCookie } from "../session/session-cookie.ts";
import { lifetime } from "../store.ts";
import { type BrowserForm, clientSecret } from "./authorize-form.ts";

/** Sends the browser to the authorization endpoint, as the form says. */
export async function requestAuthorization(
  form: BrowserForm,
  provider: OpenIdProvider,
  requester: Requester,
  rp: RelyingParty,
): Promise<Response> {
  // If the OP is down, the browser would show its own error page: check first.
  await provider.reach();
  const pending = await pendingLogin(form, provider, rp);
  const plain = "code_challenge_method" in form && form.code_challenge_method === "plain";
  const parameters = {
    scope: form.scope,
    // Core 11: without it an OP may ignore the request for a refresh token.
    ...(form.scope.split(" ").includes("offline_access") ? { prompt: "consent" } : {}),
    ...("form_post" in form && form.form_post === "yes" ? { response_mode: "form_post" } : {}),
    ...(form.acr_values ? { acr_values: form.acr_values } : {}),
    ...(await challenge(pending, plain)),
  };
  return sendAuthorizationRequest(pending, parameters, provider, requester, rp);
}

/** Asks the OP, without showing a page, whether the same user is still signed in (SM 3.1, Core 3.1.2.1).
 * @param login the login to confirm */
export async function requestConfirmation(
  login: Login,
  provider: OpenIdProvider,
  requester: Requester,
  rp: RelyingParty,
): Promise<Response> {
  const code = login.responseType.includes("code");
  const asForm = { client_id: login.clientId, client_secret: "", token_endpoint: login.tokenEndpoint };
  const secret = code ? await clientSecret(asForm, provider, rp) : undefined;
  const pending: PendingLogin = {
    ...secrets(provider, rp),
    ...requestOf(login),
    ...(secret ? { clientSecret: secret } : {}),
    ...(code ? { codeVerifier: randomPKCECodeVerifier() } : {}),
    confirms: requester.sessionId,
  };
  const parameters = {
    scope: scopeOf(login),
    prompt: "none",
    ...(await hintFor(login, rp)),
    ...(await challenge(pending, false)),
  };
  return sendAuthorizationRequest(pending, parameters, provider, requester, rp);
}

/** The parameters to repeat. */
const requestOf = ({
  clientId,
  responseType,
  grantType,
  redirectUri,
  authorizationEndpoint,
  tokenEndpoint,
  endSessionEndpoint,
  checkSessionIframe,
}: Login) => ({
  ...{ clientId, responseType, grantType, redirectUri },
  ...{ authorizationEndpoint, tokenEndpoint, endSessionEndpoint, checkSessionIframe },
});

/** The new access token should have the scope of the old one. `offline_access` needs a consent page (Core 11). */
function scopeOf({ tokens: { scope = "" } }: Login): string {
  const granted = scope.split(" ").filter((name) => name !== "" && name !== "offline_access");
  return granted.includes("openid") ? granted.join(" ") : "openid";
}

/** Longest hint that fits into the request head that servers accept, often 8 KiB. Without a hint the `sub` in the response
 * still shows whether it is the same user. */
const longestHint = 6000;

async function hintFor(login: Login, rp: RelyingParty): Promise<Record<string, string>> {
  const hint = await usualHint(login, rp);
  return hint && hint.length <= longestHint ? { id_token_hint: hint } : {};
}

async function sendAuthorizationRequest(
  pending: PendingLogin,
  more: Record<string, string>,
  provider: OpenIdProvider,
  { sessionId, returning, base, cookies }: Requester,
  rp: RelyingParty,
): Promise<Response> {
  const { clientId, responseType, grantType, state, nonce, authorizationEndpoint: endpoint } = pending;
  const choice = { clientId, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
  const configuration = await provider.configuration(choice, { authorization_endpoint: endpoint });
  const parameters = {
    redirect_uri: pending.redirectUri,
    response_type: responseType,
    state,
    nonce,
    ...more,
  };
  const url = buildAuthorizationUrl(configuration, parameters);
  assertSmall(pending);
  await rp.store.savePendingLogin({ ...pending, ...(returning ? { browser: sessionId } : {}) });
  await rp.record({
    type: "authorization_request",
    sessionId,
    data: { clientId, responseType, grantType, endpoint, prompt: more.prompt },
  });
  return seeOther(url.href, [
    loginCookie(pending, base, rp),
    ...forgottenLogins(cookies, base, rp),
    await sessionCookie(sessionId, base, rp),
  ]);
}

/** Characters: thousands of strangers may have a pending login. */
const largestPending = 8192;

/** @throws {ProtocolError} `request_too_large` */
function assertSmall(pending: PendingLogin): void {
  if (JSON.stringify(pending).length <= largestPending) return;
  const message = "The values of this form are too long together.";
  const help = `An app remembers at most ${largestPending} characters of a request: shorten the endpoints or the Callback URL.`;
  throw new ProtocolError("request_too_large", message, { help });
}

/** One cookie for each `state`, so that two tabs can sign in at once. */
const loginCookieName = (state: string, rp: RelyingParty) => `${cookieName(rp, "login")}.${state}`;

const loginCookie = ({ state, binding }: PendingLogin, base: string, rp: RelyingParty) =>
  setCookie(loginCookieName(state, rp), binding, base, { maxAge: lifetime.pendingLogin / 1000 });

/** The browser's proof that it made the request with this `state`. */
export const readBinding = (cookies: string | null, state: string, rp: RelyingParty): string | undefined =>
  readCookie(cookies, loginCookieName(state, rp));

/** Removes the cookie of an answered request. */
export const usedLoginCookie = (state: string, base: string, rp: RelyingParty): string =>
  setCookie(loginCookieName(state, rp), "", base, { maxAge: 0 });

/** Maximum number of unfinished sign-ins in a browser: their cookies must not exceed the header size of servers. */
const maxUnfinished = 8;

function forgottenLogins(cookies: string | null, base: string, rp: RelyingParty): string[] {
  const names = parseCookies(cookies).map(([name]) => name);
  const unfinished = names.filter((name) => name.startsWith(loginCookieName("", rp)));
  return unfinished.slice(0, -maxUnfinished).map((name) => setCookie(name, "", base, { maxAge: 0 }));
}

const secrets = (provider: OpenIdProvider, rp: RelyingParty) => ({
  state: randomState(),
  binding: randomState(),
  nonce: randomNonce(),
  issuer: provider.issuer,
  startedAt: rp.now(),
});

async function pendingLogin(
  form: BrowserForm,
  provider: OpenIdProvider,
  rp: RelyingParty,
): Promise<PendingLogin> {
  const secret = "client_secret" in form ? await clientSecret(form, provider, rp) : undefined;
  return {
    ...secrets(provider, rp),
    clientId: form.client_id,
    ...(secret ? { clientSecret: secret } : {}),
    ...("use_pkce" in form && form.use_pkce === "yes" ? { codeVerifier: randomPKCECodeVerifier() } : {}),
    redirectUri: form.redirect_uri,
    grantType: form.grant_type,
    responseType: responseTypeOf(form),
    authorizationEndpoint: form.authorization_endpoint,
    tokenEndpoint: "token_endpoint" in form ? form.token_endpoint : "",
    endSessionEndpoint: form.end_session_endpoint,
    checkSessionIframe: form.check_session_iframe,
  };
}

function responseTypeOf(form: BrowserForm): string {
  if (form.grant_type === "implicit") return form.response_type;
  return form.grant_type === "hybrid" ? "code id_token" : "code";
}

/** RFC 7636 4.2 and 4.3 */
async function challenge({ codeVerifier }: PendingLogin, plain: boolean): Promise<Record<string, string>> {
  if (!codeVerifier) return {};
  const code_challenge = plain ? codeVerifier : await calculatePKCECodeChallenge(codeVerifier);
  return { code_challenge, code_challenge_method: plain ? "plain" : "S256" };
}
