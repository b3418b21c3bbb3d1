/** The walkthrough over HTTP alone, as far as it needs no script: at the embedded OpenID Provider, by the code grant. */
import assert from "node:assert/strict";
import type { HttpBrowser, Visit } from "#lib/net/http-browser.ts";

const opPages = [
  ["login.do", { username: "admin", password: "admin" }],
  ["oauth2_consent.do", { consent: "allow" }],
] as const;

/** Signs in at an app as `admin`; the OP asks for what it needs.
 * @param base of the app
 * @param issuer of the OP */
export async function signIn(browser: HttpBrowser, base: string, issuer: string): Promise<void> {
  const { origin } = new URL(issuer);
  const asked = await browser.post(`${base}/authorize`, {
    grant_type: "code",
    client_id: base.split("/").at(-1) ?? "",
    scope: "openid",
    redirect_uri: `${base}/oauth2client`,
    authorization_endpoint: `${origin}/oauth2/authorize`,
    token_endpoint: issuer,
    end_session_endpoint: `${origin}/oidc/logout`,
    check_session_iframe: `${origin}/oidc/checksession`,
    use_pkce: "yes",
  });
  let page = await goOn(browser, asked);
  for (const [name, fields] of opPages) {
    if (page.url.includes(name)) page = await goOn(browser, await browser.submit(page, fields));
  }
  assert.equal(page.url, `${base}/oauth2`, page.text);
}

/** Presses Logout at an app, and Yes at the OP, which tells the apps before it shows its next page. */
export async function logOut(browser: HttpBrowser, base: string): Promise<void> {
  const question = await goOn(browser, await browser.post(`${base}/logout`, {}));
  assert.match(question.text, /Do you want to log out\?/);
  await browser.submit(question, { logout: "yes" });
}

/** Listens to an app's events, as its pages do.
 * @returns once it listens, a promise of what ended the session */
export async function loggedOutBy(
  browser: HttpBrowser,
  base: string,
): Promise<{ mechanism: Promise<string> }> {
  const headers = { cookie: browser.cookieFor(new URL(base).pathname) };
  const response = await fetch(`${base}/events`, { headers });
  const mechanism = (async () => {
    let heard = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard += chunk;
      const [, by] = /"loggedOutBy":"([^"]+)"/.exec(heard) ?? [];
      if (by) return by;
    }
    throw new Error(`the events ended:\n${heard}`);
  })();
  return { mechanism };
}

/** The user that an app shows; null for none. */
export async function userAt(browser: HttpBrowser, base: string): Promise<string | null> {
  return (JSON.parse((await browser.get(`${base}/session`)).text) as { user: string | null }).user;
}

/** Follows every redirect, as browsers do. */
async function goOn(browser: HttpBrowser, visit: Visit): Promise<Visit> {
  let here = visit;
  while (here.location) here = await browser.get(here.location);
  return here;
}
