/** Signing in to an app without a real browser, at a test issuer. */
import assert from "node:assert/strict";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import type { RpProcess } from "./rp-process.ts";
import type { TestIssuer } from "./test-issuer.ts";

/** The authorize form, filled in for this issuer. */
export function formFor(
  issuer: TestIssuer,
  rp: RpProcess,
  changes: Record<string, string> = {},
): Record<string, string> {
  return {
    grant_type: "implicit",
    client_id: "playground2",
    scope: "openid",
    response_type: "id_token",
    redirect_uri: `${rp.base}/oauth2client`,
    authorization_endpoint: `${issuer.origin}/authorize`,
    token_endpoint: `${issuer.origin}/token`,
    end_session_endpoint: `${issuer.origin}/logout`,
    check_session_iframe: `${issuer.origin}/checksession`,
    ...changes,
  };
}

export interface Asked {
  browser: HttpBrowser;
  state: string;
  nonce: string;
  /** The authorization endpoint. */
  at: string;
  /** The parameters of the authorization request. */
  request: URLSearchParams;
}

/** Submits the authorize form and reads the authorization request from the redirect. */
export async function ask(
  issuer: TestIssuer,
  rp: RpProcess,
  form: Record<string, string> = {},
  browser = new HttpBrowser(),
): Promise<Asked> {
  const answer = await browser.post(`${rp.base}/authorize`, formFor(issuer, rp, form));
  assert.equal(answer.status, 303, answer.text);
  const { origin, pathname, searchParams: request } = new URL(answer.location ?? "");
  return {
    browser,
    request,
    at: origin + pathname,
    state: request.get("state") ?? "",
    nonce: request.get("nonce") ?? "",
  };
}

/** Posts an authorization response to the callback as the fragment page does, and resubmits it if needed. */
export async function respondTo(
  { browser, state }: Asked,
  issuer: TestIssuer,
  rp: RpProcess,
  parameters: Record<string, string>,
): Promise<Visit> {
  const answer = await browser.post(`${rp.base}/oauth2client`, { state, iss: issuer.issuer, ...parameters });
  return answer.text.includes("data-submit") ? browser.submit(answer, {}) : answer;
}

/** Signs a user in with the implicit grant.
 * @param claims of the ID Token, overriding those of `TestIssuer.idClaims` */
export async function signIn(
  issuer: TestIssuer,
  rp: RpProcess,
  claims: Record<string, unknown> = {},
  form: Record<string, string> = {},
  browser = new HttpBrowser(),
): Promise<HttpBrowser> {
  const asked = await ask(issuer, rp, form, browser);
  const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce, ...claims }));
  const answer = await respondTo(asked, issuer, rp, { id_token, session_state: "hash.salt" });
  assert.equal(answer.status, 303, answer.text);
  return asked.browser;
}

/** GET /session in this browser. */
export async function sessionOf(browser: HttpBrowser, rp: RpProcess): Promise<Record<string, string | null>> {
  return JSON.parse((await browser.get(`${rp.base}/session`)).text) as Record<string, string | null>;
}

/** Posts an authorization response that must be refused: 400, a page with the reason, and no session. */
export async function assertSignInRefused(
  asked: Asked,
  issuer: TestIssuer,
  rp: RpProcess,
  parameters: Record<string, string>,
  reason: RegExp,
): Promise<void> {
  const answer = await respondTo(asked, issuer, rp, parameters);
  assert.equal(answer.status, 400);
  assert.match(answer.text, reason);
  assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
  assert.equal((await sessionOf(asked.browser, rp)).user, null);
}
