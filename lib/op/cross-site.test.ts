/** The OP on https, where pages of other sites reach its session: what they can and cannot do. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { formOf, HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import {
  authorizationUrl,
  browserStateOf,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  signIn,
} from "./testing/op-under-test.ts";
import { certificateFile } from "./tls.ts";

const strangerOrigin = "http://stranger.localhost";

describe("an OP on https", () => {
  const directory = mkdtempSync(join(tmpdir(), "op-"));
  let op: OpUnderTest;
  let browser: HttpBrowser;
  before(async () => {
    op = await opUnderTest(directory, 0, { settings: { OP_HTTPS: "true" } });
    const certificate = readFileSync(join(directory, certificateFile), "utf8");
    setDefaultCACertificates([...getCACertificates("default"), certificate]);
  });
  beforeEach(() => {
    browser = new HttpBrowser();
  });
  after(async () => {
    await op.close();
    rmSync(directory, { recursive: true });
  });

  /** Finds a cookie by its name without the port. */
  const cookie = (page: Visit, name: string): string =>
    page.headers.getSetCookie().find((line) => new RegExp(`^${name}(\\.\\d+)?=`).test(line)) ?? "";
  const login = (page: Visit, user = "alice") => browser.submit(page, { username: user, password: user });
  const signInPage = async () => browser.follow(await browser.get(authorizationUrl(op)));

  it("sends session and browser state cookies in frames of any site, but not those of a sign-in", async () => {
    const asked = await browser.get(authorizationUrl(op));
    for (const name of ["op.interaction", "op.resume"]) {
      assert.match(cookie(asked, name), /samesite=lax; secure; httponly/i);
    }
    const page = await browser.follow(asked);
    assert.match(cookie(page, "op.form"), /samesite=lax; secure; httponly/i);
    const resumed = await browser.get((await login(page)).location ?? "");
    assert.match(cookie(resumed, "op.session"), /samesite=none; secure; httponly/i);
    assert.match(cookie(resumed, "opbs"), /samesite=none; secure/i);
  });

  it("does so after a sign-in on the sessions page too, and deletes both at a logout", async () => {
    const signedIn = await login(await browser.get(`${op.origin}/sessions`));
    assert.match(cookie(signedIn, "op.session"), /samesite=none; secure; httponly/i);
    assert.match(cookie(signedIn, "opbs"), /samesite=none; secure/i);
    const question = await browser.get(logoutUrl(op, {}));
    const ended = await browser.submit(question, { logout: "yes" });
    for (const name of ["op.session", "opbs"]) {
      assert.match(cookie(ended, name), /^[^=]*=; .*expires=Thu, 01 Jan 1970.*samesite=none/i);
    }
  });

  it("asks before a logout that is posted from another site", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const state = browserStateOf(browser);
    const posted = await browser.post(`${op.origin}/oidc/logout`, { id_token_hint: idToken }, strangerOrigin);
    assert.match(posted.text, /Do you want to log out\?/);
    assert.equal(browserStateOf(browser), state);
    assert.equal(await isSignedIn(op, browser), true);
  });

  it("refuses its forms from another site, although the session cookie is sent", async () => {
    await signIn(op, browser, "photos");
    const sessions = await browser.get(`${op.origin}/sessions`);
    const question = await browser.get(logoutUrl(op, {}));
    const ends = [
      [sessions, {}, "/sessions/end"],
      [question, { logout: "yes" }, "/oidc/logout/confirm"],
      [question, {}, "/oidc/logout/deny"],
    ] as const;
    for (const [page, more, path] of ends) await assertOwnFormOnly(page, more, path, browser);
    assert.equal(await isSignedIn(op, browser), true);
    assert.deepEqual(op.photos.logoutTokens, []);
  });

  it("does not sign in through a form from another site", async () => {
    const user = { username: "bob", password: "bob" };
    const page = await signInPage();
    await assertOwnFormOnly(page, user, new URL(page.url).pathname, browser);
    const sessions = await browser.get(`${op.origin}/sessions`);
    await assertOwnFormOnly(sessions, user, "/sessions/sign-in", browser);
    // An attacker can get a form token from a sign-in page in their own browser.
    const theirs = formOf(await new HttpBrowser().get(`${op.origin}/sessions`)).fields;
    const forged = await browser.post(`${op.origin}/sessions/sign-in`, { ...theirs, ...user });
    assert.equal(forged.status, 403);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("does not let another site give consent", async () => {
    const page = await browser.follow(await login(await signInPage(), "bob"));
    assert.match(page.text, /Allow photos\?/);
    await assertOwnFormOnly(page, { consent: "allow" }, new URL(page.url).pathname, browser);
    const asked = await browser.get(authorizationUrl(op, { prompt: "none" }));
    assert.match(asked.location ?? "", /error=consent_required/);
  });

  it("does not allow its pages to be framed, against clickjacking", async () => {
    const signIn = await signInPage();
    const consent = await browser.follow(await login(signIn, "admin"));
    const question = await browser.get(logoutUrl(op, {}));
    const pages = {
      signIn,
      consent,
      question,
      stillSignedIn: await browser.submit(question, {}, "/oidc/logout/deny"),
      handOn: await new HttpBrowser().post(`${op.origin}/oidc/logout`, {}, strangerOrigin),
      sessions: await browser.get(`${op.origin}/sessions`),
      loggedOut: await browser.get(`${op.origin}/oidc/logout/success`),
      home: await browser.get(`${op.origin}/`),
      problem: await browser.get(authorizationUrl(op, { client_id: "unknown" })),
    };
    for (const [name, { text, headers }] of Object.entries(pages)) {
      assert.match(text, /<!doctype html>/i, name);
      assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, name);
    }
  });

  /** Posts the form of a page from a foreign origin, from an opaque origin, and without an Origin header or the form's
   * token. */
  async function assertOwnFormOnly(page: Visit, more: object, path: string, visitor: HttpBrowser) {
    const { fields } = formOf(page);
    const url = `${op.origin}${path}`;
    for (const origin of [strangerOrigin, op.origin.replace("https:", "http:"), "null"]) {
      assert.equal(
        (await visitor.post(url, { ...fields, ...more }, origin)).status,
        403,
        `${path} ${origin}`,
      );
    }
    const cookies = { cookie: visitor.cookieFor(path) };
    const body = new URLSearchParams({ ...more });
    const blind = await fetch(url, { method: "POST", headers: cookies, body, redirect: "manual" });
    assert.ok([400, 403].includes(blind.status), `${path} without its token: ${blind.status}`);
  }
});
