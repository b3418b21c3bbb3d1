/** Signing in with next-auth without scripts: CSRF token, sign-in and callback. */
import assert from "node:assert/strict";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import type { RpProcess } from "./rp-process.ts";
import type { TestIssuer } from "./test-issuer.ts";

export interface Asked {
  browser: HttpBrowser;
  /** The parameters of the authorization request. */
  request: URLSearchParams;
}

/** Posts to one of next-auth's actions, with its CSRF token. */
export async function post(
  browser: HttpBrowser,
  rp: RpProcess,
  action: string,
  fields: Record<string, string> = {},
): Promise<Visit> {
  const { csrfToken } = JSON.parse((await browser.get(`${rp.base}/api/auth/csrf`)).text) as {
    csrfToken: string;
  };
  return browser.post(`${rp.base}/api/auth/${action}`, { csrfToken, ...fields });
}

/** Starts a sign-in. */
export async function ask(rp: RpProcess, browser = new HttpBrowser()): Promise<Asked> {
  const answer = await post(browser, rp, "signin/op", { callbackUrl: `${rp.base}/oauth2` });
  return { browser, request: new URL(answer.location ?? "").searchParams };
}

export interface Answered {
  /** Claims of the ID Token, overriding valid ones. */
  claims?: Record<string, unknown>;
  /** Members of the token response, overriding valid ones. */
  tokens?: Record<string, unknown>;
  /** Parameters of the authorization response, overriding valid ones. */
  response?: Record<string, string>;
  idToken?: (claims: Record<string, unknown>) => Promise<string>;
}

/** Answers a sign-in as the OP would, with these changes. */
export async function answer(
  { browser, request }: Asked,
  issuer: TestIssuer,
  rp: RpProcess,
  { claims, tokens, response, idToken = (all) => issuer.sign(all) }: Answered = {},
): Promise<Visit> {
  issuer.token = async () => ({
    json: {
      access_token: "access-1",
      token_type: "Bearer",
      expires_in: 3600,
      id_token: await idToken(issuer.idClaims({ nonce: request.get("nonce"), ...claims })),
      ...tokens,
    },
  });
  const state = request.get("state") ?? "";
  const parameters = { code: "code-1", state, iss: issuer.issuer, session_state: "hash.salt", ...response };
  return browser.get(`${rp.base}/api/auth/callback/op?${new URLSearchParams(parameters)}`);
}

/** Signs a user in. */
export async function signInWithNextAuth(
  issuer: TestIssuer,
  rp: RpProcess,
  changes: Answered = {},
  browser = new HttpBrowser(),
): Promise<HttpBrowser> {
  const visit = await answer(await ask(rp, browser), issuer, rp, changes);
  assert.equal(visit.location, `${rp.base}/oauth2`, visit.text);
  return browser;
}

/** next-auth's session of this browser. */
export async function nextAuthSession(
  browser: HttpBrowser,
  rp: RpProcess,
): Promise<{ user?: { name: string } }> {
  return JSON.parse((await browser.get(`${rp.base}/api/auth/session`)).text) as { user?: { name: string } };
}
