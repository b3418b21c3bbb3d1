import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import {
  goOn,
  isSignedIn,
  type OpUnderTest,
  opUnderTest,
  signIn,
  userinfoStatus,
} from "./testing/op-under-test.ts";

describe("the sessions page", () => {
  let op: OpUnderTest;
  beforeEach(async () => {
    op = await opUnderTest();
  });
  afterEach(() => op.close());

  const open = (browser: HttpBrowser): Promise<Visit> => browser.get(`${op.origin}/sessions`);

  async function signInHere(browser: HttpBrowser, user: string): Promise<Visit> {
    const answer = await browser.submit(await open(browser), { username: user, password: user });
    return browser.follow(answer);
  }

  /** The page from one user's card on, so that its form is the first. */
  function cardOf(page: Visit, user: string): Visit {
    const from = page.text.indexOf(`data-session="${user}"`);
    assert.ok(from > 0, `no session of ${user}`);
    return { ...page, text: page.text.slice(from) };
  }

  it("signs in with its own form, for the apps too", async () => {
    const browser = new HttpBrowser();
    assert.match((await open(browser)).text, /Sign in to see your sessions/);
    const wrong = await browser.submit(await open(browser), { username: "bob", password: "no" });
    assert.equal(wrong.status, 401);
    const page = await signInHere(browser, "bob");
    assert.match(page.text, /Signed in as <b>bob<\/b>/);
    const { claims } = await signIn(op, browser, "photos", "not-asked");
    assert.equal(claims.sub, "bob");
  });

  it("shows only the user's own sessions, with their apps", async () => {
    const browser = new HttpBrowser();
    const { claims } = await signIn(op, browser, "photos");
    await signIn(op, new HttpBrowser(), "albums", "bob");
    const { text } = await open(browser);
    assert.match(text, /<td>photos<\/td>/);
    assert.match(text, new RegExp(`data-session="alice" data-sid="${claims.sid}"`));
    assert.doesNotMatch(text, /data-session="bob"|Back-channel deliveries/);
  });

  it("lets an administrator end another user's session: apps notified, tokens revoked, session ended", async () => {
    const browser = new HttpBrowser();
    const { claims, accessToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const admin = new HttpBrowser();
    const page = await signInHere(admin, "admin");
    const after = await admin.follow(await admin.submit(cardOf(page, "alice"), {}));
    assert.doesNotMatch(after.text, /data-session="alice"/);
    assert.match(after.text, /data-session="admin"/);
    for (const rp of [op.photos, op.albums]) {
      assert.equal(rp.logoutTokens.length, 1);
      assert.equal(decodeJwt(rp.logoutTokens[0] ?? "").sid, claims.sid);
      assert.ok(after.text.includes(`${rp.base}/bclogout`), "the delivery is listed");
    }
    assert.equal(await isSignedIn(op, browser), false);
    assert.equal(await userinfoStatus(op, accessToken), 401);
    assert.equal(await isSignedIn(op, admin), true);
  });

  it("does not let a user end another user's session", async () => {
    const alice = new HttpBrowser();
    await signIn(op, alice, "photos");
    const admin = new HttpBrowser();
    const uid =
      /name="uid" value="([^"]+)"/.exec(cardOf(await signInHere(admin, "admin"), "alice").text)?.[1] ?? "";
    assert.ok(uid);
    const bob = new HttpBrowser();
    const refused = await bob.submit(await signInHere(bob, "bob"), { uid });
    assert.equal(refused.status, 403);
    const anonymous = new HttpBrowser();
    const unknown = await anonymous.submit(await open(anonymous), { uid }, "/sessions/end");
    assert.equal(unknown.status, 403);
    assert.equal(op.photos.logoutTokens.length, 0);
    assert.equal(await isSignedIn(op, alice), true);
  });

  it("ends the user's own session, but not without the form's token or from another origin", async () => {
    const browser = new HttpBrowser();
    await signIn(op, browser, "photos");
    const page = await open(browser);
    const uid = /name="uid" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const url = `${op.origin}/sessions/end`;
    assert.equal((await browser.post(url, { uid })).status, 403);
    const foreign = await browser.post(url, { uid, form_token: "x" }, "http://localhost:1");
    assert.equal(foreign.status, 403);
    assert.equal(await isSignedIn(op, browser), true);
    const end = await browser.follow(goOn(await browser.submit(page, {})));
    assert.match(end.text, /Sign in to see your sessions/);
    assert.equal(op.photos.logoutTokens.length, 1);
  });

  it("shows an administrator why a delivery failed", async () => {
    const browser = new HttpBrowser();
    await signIn(op, browser, "photos");
    op.photos.answer = (response) => response.writeHead(500).end();
    await browser.submit(await open(browser), {});
    const page = await signInHere(new HttpBrowser(), "admin");
    assert.match(
      page.text,
      /data-client="photos" data-at="[^"]+" data-error="answered 500 instead of 200 or 204"/,
    );
  });
});
