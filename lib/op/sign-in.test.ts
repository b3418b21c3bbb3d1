import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { formOf, HttpBrowser } from "#lib/net/http-browser.ts";
import {
  authorizationUrl,
  authorize,
  isSignedIn,
  opUnderTest,
  responseOf,
  sharedOp,
  signIn,
} from "./testing/op-under-test.ts";

const op = await sharedOp();

describe("sign-in and consent", () => {
  const signInPage = async (browser: HttpBrowser) => browser.follow(await browser.get(authorizationUrl(op)));

  it("names the app that asks, and lists the demo users", async () => {
    const page = await signInPage(new HttpBrowser());
    assert.equal(page.status, 200);
    assert.match(page.text, /<b>photos<\/b> asks you to sign in/);
    for (const user of ["admin", "alice", "bob", "grace"])
      assert.ok(page.text.includes(`<code>${user}</code>`));
  });

  it("answers a wrong password with 401 and the form again, with the username and without the password", async () => {
    const browser = new HttpBrowser();
    const fields = { username: 'al"ice', password: "wrong-password" };
    const page = await browser.submit(await signInPage(browser), fields);
    assert.equal(page.status, 401);
    assert.match(page.text, /role="alert"[^>]*>The username or the password is wrong/);
    assert.match(page.text, /id="username" name="username" value="al&quot;ice"/);
    assert.doesNotMatch(page.text, /wrong-password/);
    const retry = await browser.submit(page, { username: "alice", password: "alice" });
    assert.equal(retry.status, 303);
  });

  it("goes back to the app with access_denied on Cancel", async () => {
    const browser = new HttpBrowser();
    const answer = await browser.follow(
      await browser.submit(await signInPage(browser), { action: "cancel" }),
    );
    const response = responseOf(answer);
    assert.ok(answer.location?.startsWith(`${op.photos.base}/oauth2client?`));
    assert.equal(response.get("error"), "access_denied");
    assert.equal(response.get("state"), "state-1");
  });

  it("refuses the form without its token, with a wrong one, and from another origin", async () => {
    const browser = new HttpBrowser();
    const page = await signInPage(browser);
    const { fields } = formOf(page);
    const user = { username: "alice", password: "alice" };
    assert.equal((await browser.post(page.url, user)).status, 403);
    assert.equal((await browser.submit(page, { ...user, form_token: "x".repeat(43) })).status, 403);
    const stranger = await browser.post(page.url, { ...fields, ...user }, "http://localhost:1");
    assert.equal(stranger.status, 403);
    const opaque = await browser.post(page.url, { ...fields, ...user }, "null");
    assert.equal(opaque.status, 403);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("says that a sign-in page has expired in a browser that did not start it", async () => {
    const page = await signInPage(new HttpBrowser());
    const elsewhere = await new HttpBrowser().get(page.url);
    assert.equal(elsewhere.status, 400);
    assert.match(elsewhere.text, /has expired/);
  });

  it("shows the scopes, and answers access_denied on Deny", async () => {
    const browser = new HttpBrowser();
    const page = await browser.submit(await signInPage(browser), { username: "admin", password: "admin" });
    const consent = await browser.follow(page);
    assert.match(consent.text, /Allow photos\?/);
    for (const scope of ["openid", "profile"]) assert.ok(consent.text.includes(`<code>${scope}</code>`));
    const answer = responseOf(await browser.follow(await browser.submit(consent, { consent: "deny" })));
    assert.equal(answer.get("error"), "access_denied");
  });

  it("remembers consent per user and client across sessions, and asks for new scopes", async () => {
    await signIn(op, new HttpBrowser(), "photos", "bob");
    const browser = new HttpBrowser();
    const page = await signInPage(browser);
    const direct = await browser.follow(await browser.submit(page, { username: "bob", password: "bob" }));
    assert.ok(responseOf(direct).has("code"), "no consent page in between");
    const other = await browser.follow(await browser.get(authorizationUrl(op, { client: "albums" })));
    assert.match(other.url, /oauth2_consent/);
    const more = await browser.follow(
      await browser.get(authorizationUrl(op, { scope: "openid profile email" })),
    );
    assert.match(more.url, /oauth2_consent/);
  });
});

describe("a restart", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "op-restart-"));
  });
  after(() => rm(directory, { recursive: true }));

  it("keeps keys, session and consent, in files that only the owner can read", async () => {
    const data = join(directory, "op");
    const first = await opUnderTest(data);
    const browser = new HttpBrowser();
    const { claims } = await signIn(first, browser, "photos");
    const jwks = await (await fetch(`${first.origin}/oauth2/jwks`)).text();
    await first.close();

    assert.equal((await stat(data)).mode & 0o777, 0o700);
    assert.equal((await stat(join(data, "op.sqlite"))).mode & 0o777, 0o600);

    const second = await opUnderTest(data, Number(new URL(first.origin).port));
    try {
      assert.equal(await (await fetch(`${second.origin}/oauth2/jwks`)).text(), jwks);
      const { claims: again } = await signIn(second, browser, "photos");
      assert.equal(again.sid, claims.sid);
      const visit = await authorize(second, browser, { prompt: "none" });
      assert.ok(responseOf(visit).has("code"));
    } finally {
      await second.close();
    }
  });
});
