/** POST /authorize: reads the form and starts the flow (Core 3.1.2.1, RFC 6749 4.3 and 4.4). */
import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { lifetime } from "#lib/store/store.ts";
import type { PendingLogin } from "#lib/store/types.ts";
import {
  type AuthorizeForm,
  type BrowserForm,
  clientSecret,
  type DirectForm,
  keptValues,
  parseAuthorizeForm,
} from "./authorize-form.ts";
import { requestDirectGrant } from "./direct-grant.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "./http.ts";
import { baseUrlFor, type RelyingParty } from "./relying-party.ts";
import { cookieName, newSessionId, readSession, sessionCookie, setCookie } from "./session-cookie.ts";

export const authorize: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const fields = await readForm(request);
  const session = await readSession(request.headers.get("cookie"), rp);
  const sessionId = session?.sessionId ?? newSessionId();
  const kept = { values: keptValues(fields), errors: {} };
  try {
    const parsed = parseAuthorizeForm(fields);
    if ("errors" in parsed) throw new FormError(parsed.errors);
    await rp.store.saveForm(sessionId, kept, rp.now());
    return await start(parsed.form, sessionId, base, rp);
  } catch (error) {
    const errors = formErrors(error);
    if (!errors) throw error;
    await rp.store.saveForm(sessionId, { ...kept, errors }, rp.now());
    return seeOther(`${base}/oauth2`, [await sessionCookie(sessionId, base, rp)]);
  }
};

class FormError extends Error {
  readonly errors: Record<string, string>;
  constructor(errors: Record<string, string>) {
    super("The form is not complete.");
    this.errors = errors;
  }
}

/** Which field a fault belongs to; the empty name stands for the form as a whole. */
function formErrors(error: unknown): Record<string, string> | undefined {
  if (error instanceof FormError) return error.errors;
  if (!(error instanceof ProtocolError)) return undefined;
  const text = [error.message, error.help].filter(Boolean).join(" ");
  return { [error.code === "endpoint_not_allowed" ? "token_endpoint" : ""]: text };
}

async function start(
  form: AuthorizeForm,
  sessionId: string,
  base: string,
  rp: RelyingParty,
): Promise<Response> {
  if ("token_endpoint" in form) rp.assertAllowed(form.token_endpoint);
  if ("redirect_uri" in form) return requestAuthorization(form, sessionId, base, rp);
  const cookie = await requestDirectGrant(form, await providerOf(form, rp), sessionId, base, rp);
  return seeOther(`${base}/oauth2`, [cookie]);
}

async function requestAuthorization(
  form: BrowserForm,
  sessionId: string,
  base: string,
  rp: RelyingParty,
): Promise<Response> {
  const provider = await providerOf(form, rp);
  const pending = pendingLogin(form, provider.issuer, rp);
  const choice = { clientId: form.client_id, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
  const configuration = await provider.configuration(choice, {
    authorization_endpoint: form.authorization_endpoint,
  });
  const url = buildAuthorizationUrl(configuration, await authorizationParameters(form, pending));
  await rp.store.savePendingLogin(pending);
  const { clientId, responseType, grantType } = pending;
  await rp.record({
    type: "authorization_request",
    sessionId,
    data: { clientId, responseType, grantType, endpoint: form.authorization_endpoint },
  });
  const login = setCookie(cookieName(rp, `login.${pending.state}`), pending.binding, base, {
    maxAge: lifetime.pendingLogin / 1000,
    path: "/oauth2client",
  });
  return seeOther(url.href, [login, await sessionCookie(sessionId, base, rp)]);
}

function pendingLogin(form: BrowserForm, issuer: string, rp: RelyingParty): PendingLogin {
  const secret = "client_secret" in form ? clientSecret(form, rp) : undefined;
  return {
    state: randomState(),
    binding: randomState(),
    nonce: randomNonce(),
    issuer,
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

/** The trusted provider whose endpoint the form names, by its origin; without a match the configured one. */
async function providerOf(form: BrowserForm | DirectForm, rp: RelyingParty): Promise<OpenIdProvider> {
  const named = "authorization_endpoint" in form ? form.authorization_endpoint : form.token_endpoint;
  for (const provider of rp.trustedProviders.slice(1)) {
    const metadata = await provider.metadata().catch(() => undefined);
    const own = [metadata?.authorization_endpoint, metadata?.token_endpoint];
    if (own.some((url) => url && new URL(url).origin === new URL(named).origin)) return provider;
  }
  return rp.provider;
}
