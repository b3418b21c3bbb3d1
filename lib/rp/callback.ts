/** GET and POST /oauth2client: the authorization response by query, by form_post, or by fragment. */
import {
  type AuthorizationResponse,
  checkIssuer,
  parseAuthorizationResponse,
} from "#lib/oidc/authorization-response.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type IdTokenClaims, verifyIdToken } from "#lib/oidc/id-token.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { requestTokens } from "#lib/oidc/token-request.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import type { PendingLogin, Tokens } from "#lib/store/types.ts";
import { beginSession, tokensFrom } from "./begin-session.ts";
import { type Endpoint, readForm, seeOther, selfSubmittingForm } from "./http.ts";
import { baseUrlFor, type RelyingParty } from "./relying-party.ts";
import { cookieName, readCookie, readSession, setCookie } from "./session-cookie.ts";

export const callback: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const action = `${base}/oauth2client`;
  const posted = request.method === "POST";
  const parameters = posted ? await readForm(request, 256 * 1024) : new URL(request.url).searchParams;
  if (!posted && parameters.size === 0) {
    return selfSubmittingForm(rp, base, { action, fields: [], title: "Signing in …", fromFragment: true });
  }
  const response = parseAuthorizationResponse(parameters);
  const cookies = request.headers.get("cookie");
  const pending = await pendingFor(response, rp);
  const loginCookie = cookieName(rp, `login.${pending.state}`);
  const binding = readCookie(cookies, loginCookie);
  if (posted && binding === undefined && request.headers.get("sec-fetch-site") === "cross-site") {
    // A form_post from another site comes without our SameSite=Lax cookies: the same form, sent by us, has them.
    return selfSubmittingForm(rp, base, { action, fields: parameters, title: "Signing in …" });
  }
  if (binding !== pending.binding) throw foreignBrowser();
  const session = await readSession(cookies, rp);
  const login = await completeLogin(response, pending, session?.sessionId, rp);
  const cookie = await beginSession({ ...login, formerId: session?.sessionId }, base, rp);
  const used = setCookie(loginCookie, "", base, { maxAge: 0, path: "/oauth2client" });
  return seeOther(`${base}/oauth2`, [cookie, used]);
};

/** The request that this response answers; it is not used up before the browser has proved to be the one that asked. */
async function pendingFor({ state }: AuthorizationResponse, rp: RelyingParty): Promise<PendingLogin> {
  const pending = state ? await rp.store.readPendingLogin(state, rp.now()) : undefined;
  if (pending) return pending;
  throw new ProtocolError(
    "unknown_state",
    "This sign-in was not started here, was used already, or took longer than 15 minutes.",
    {
      help: "Start again from the app. If you typed another app's Callback URL, its response came here: correct the URL.",
    },
  );
}

const foreignBrowser = () =>
  new ProtocolError(
    "foreign_browser",
    "This sign-in was started in another browser, so it is not finished in this one.",
    {
      help: "Start again from the app in this browser.",
    },
  );

/** Everything between the response and the session: each step may end it. */
async function completeLogin(
  response: AuthorizationResponse,
  pending: PendingLogin,
  sessionId: string | undefined,
  rp: RelyingParty,
) {
  const record = (error?: ProtocolError) =>
    rp.record({
      type: "authorization_response",
      ...(sessionId ? { sessionId } : {}),
      data: {
        parameters: Object.keys(response),
        clientId: pending.clientId,
        ...(error ? { error: error.message, code: error.code } : {}),
      },
    });
  try {
    const taken = await rp.store.takePendingLogin(pending.state, rp.now());
    if (!taken)
      throw new ProtocolError("unknown_state", "This sign-in was used already.", {
        help: "Start again from the app.",
      });
    const provider = rp.trustedProvider(pending.issuer);
    if (!provider) throw new ProtocolError("endpoint_not_allowed", `${pending.issuer} is no longer trusted.`);
    const metadata = await provider.metadata();
    checkIssuer(
      response.iss,
      provider.issuer,
      metadata.authorization_response_iss_parameter_supported === true,
    );
    refuseError(response);
    const result = await collectTokens(response, pending, provider, rp);
    await record();
    return {
      ...result,
      clientId: pending.clientId,
      grantType: pending.grantType,
      endSessionEndpoint: pending.endSessionEndpoint,
      startedAt: pending.startedAt,
      ...(response.session_state ? { sessionState: response.session_state } : {}),
    };
  } catch (error) {
    if (error instanceof ProtocolError) await record(error);
    throw error;
  }
}

/** Core 3.1.2.6 */
function refuseError({ error, error_description: description }: AuthorizationResponse): void {
  if (!error) return;
  const help =
    error === "access_denied"
      ? "You, or a rule at the OpenID Provider, said no. Start again to try once more."
      : undefined;
  throw new ProtocolError(
    "authorization_error",
    `The OpenID Provider answered ${error}${description ? `: ${description}` : ""}`,
    {
      ...(help ? { help } : {}),
    },
  );
}

interface Collected {
  claims: IdTokenClaims;
  verdicts: Verdict[];
  tokens: Tokens;
}

/** Takes what the response type promises from the front channel and, with a code, from the token endpoint. */
async function collectTokens(
  response: AuthorizationResponse,
  pending: PendingLogin,
  provider: OpenIdProvider,
  rp: RelyingParty,
): Promise<Collected> {
  assertPromised(response, pending.responseType);
  const front = response.id_token
    ? await verified(response.id_token, response, pending, provider, rp)
    : undefined;
  if (!pending.responseType.includes("code")) {
    if (!front) throw new Error("a response type without code and ID Token is never asked for");
    const expires_in = Number(response.expires_in) || undefined;
    const { id_token, access_token } = response;
    return {
      ...front,
      tokens: tokensFrom(
        { id_token, access_token, expires_in } as Parameters<typeof tokensFrom>[0],
        rp.now(),
      ),
    };
  }
  const tokens = await redeemCode(response.code as string, pending, provider, rp);
  if (!tokens.id_token)
    throw new ProtocolError(
      "invalid_id_token",
      "The token response has no ID Token. Does the Scope contain openid?",
    );
  const back = await verified(tokens.id_token, tokens, pending, provider, rp, false);
  if (front && front.claims.sub !== back.claims.sub) {
    throw new ProtocolError(
      "invalid_id_token",
      "The two ID Tokens of this hybrid flow name different users (Core 3.3.3.6).",
    );
  }
  return { ...back, tokens: tokensFrom(tokens, rp.now()) };
}

const promised = { code: "code", id_token: "id_token", token: "access_token" } as const;

/** OAuth 2.0 Multiple Response Types 3 and 5: each word of the response type stands for a parameter. */
function assertPromised(response: AuthorizationResponse, responseType: string): void {
  for (const word of responseType.split(" ") as (keyof typeof promised)[]) {
    if (response[promised[word]]) continue;
    throw new ProtocolError(
      "invalid_request",
      `The authorization response has no ${promised[word]}, which ${responseType} promises.`,
    );
  }
}

async function verified(
  idToken: string,
  beside: { access_token?: string; code?: string },
  pending: PendingLogin,
  provider: OpenIdProvider,
  rp: RelyingParty,
  frontChannel = true,
) {
  return verifyIdToken(idToken, {
    issuer: provider.issuer,
    clientId: pending.clientId,
    alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG,
    keys: await provider.keys(),
    nonce: pending.nonce,
    accessToken: beside.access_token,
    code: frontChannel ? beside.code : undefined,
    frontChannel,
    now: Math.floor(rp.now() / 1000),
  });
}

async function redeemCode(code: string, pending: PendingLogin, provider: OpenIdProvider, rp: RelyingParty) {
  const { clientId, clientSecret, redirectUri, codeVerifier } = pending;
  const choice = { clientId, clientSecret, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
  const configuration = await provider.configuration(choice, { token_endpoint: pending.tokenEndpoint });
  const parameters = {
    code,
    redirect_uri: redirectUri,
    ...(codeVerifier ? { code_verifier: codeVerifier } : {}),
  };
  const tokens = await requestTokens(configuration, "authorization_code", parameters);
  await rp.record({ type: "token_request", data: { grantType: "authorization_code", clientId } });
  return tokens;
}
