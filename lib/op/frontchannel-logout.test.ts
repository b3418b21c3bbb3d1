import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorize,
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  register,
  responseOf,
  signIn,
} from "./testing/op-under-test.ts";

describe("front-channel logout", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  const postLogout = () => `${op.photos.base}/logout`;

  /** Answers "Yes" to a logout requested by `photos`. */
  async function loggedOut(state = "s"): Promise<Visit> {
    const request = { client_id: "photos", post_logout_redirect_uri: postLogout(), state };
    return browser.submit(await browser.get(logoutUrl(op, request)), { logout: "yes" });
  }

  const framesOf = ({ text }: Visit): string[] =>
    [...text.matchAll(/<iframe[^>]* src="([^"]*)"/g)].map(([, src = ""]) => src.replaceAll("&amp;", "&"));

  const frameSourceOf = ({ headers }: Visit): string | undefined =>
    /frame-src ([^;]*)/.exec(headers.get("content-security-policy") ?? "")?.[1];

  /** Registers a client with this metadata and signs in to it. */
  async function joined(metadata: Record<string, unknown>): Promise<void> {
    const redirectUri = `${op.photos.base}/oauth2client`;
    const { body } = await register(op, { redirect_uris: [redirectUri], ...metadata }, adminAuthorization);
    const answer = await authorize(op, browser, { client_id: String(body.client_id) });
    assert.ok(responseOf(answer).has("code"));
  }

  const framed = (base: string, sid: unknown): string =>
    `${base}/fclogout?iss=${encodeURIComponent(op.issuer)}&sid=${sid}`;

  it("loads a frame for each app of the session and no other, with iss and sid, before it continues", async () => {
    const { claims } = await signIn(op, browser, "photos");
    await signIn(op, new HttpBrowser(), "albums");
    const alone = await loggedOut();
    assert.equal(alone.status, 200);
    assert.deepEqual(framesOf(alone), [framed(op.photos.base, claims.sid)]);
    assert.equal(frameSourceOf(alone), op.photos.base);

    const { claims: next } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const page = await loggedOut();
    assert.deepEqual(framesOf(page), [framed(op.photos.base, next.sid), framed(op.albums.base, next.sid)]);
    assert.equal(frameSourceOf(page), `${op.photos.base} ${op.albums.base}`);
  });

  it("sends the page after the session has ended and the logout tokens are delivered", async () => {
    await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const page = await loggedOut();
    assert.equal(framesOf(page).length, 2);
    assert.deepEqual([op.photos.logoutTokens.length, op.albums.logoutTokens.length], [1, 1]);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("continues to the app with its state, and must not be framed or stored", async () => {
    await signIn(op, browser, "photos");
    const state = `a state/with?odd="characters"&and+plus %20 é`;
    const page = await loggedOut(state);
    const { location = "" } = goOn(page);
    assert.ok(location.startsWith(`${postLogout()}?`));
    assert.equal(new URL(location).searchParams.get("state"), state);
    assert.match(page.text, /<script src="\/assets\/op\/frontchannel-logout\.js">/);
    assert.match(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
    assert.equal(page.headers.get("cache-control"), "no-store");
    assert.match(page.text, /<li hidden><b>photos<\/b><\/li>/);
  });

  it("keeps the query of the registered URI", async () => {
    const uri = `${op.photos.base}/fclogout?x=a%20b&y`;
    await joined({ frontchannel_logout_uri: uri, frontchannel_logout_session_required: true });
    const [src = ""] = framesOf(await loggedOut());
    assert.ok(src.startsWith(`${uri}&iss=${encodeURIComponent(op.issuer)}&sid=`), src);
  });

  it("adds neither iss nor sid for an app that does not require them", async () => {
    const uri = `${op.photos.base}/fclogout`;
    await joined({ client_name: "<b>plain</b>", frontchannel_logout_uri: uri });
    const page = await loggedOut();
    assert.deepEqual(framesOf(page), [uri]);
    assert.ok(page.text.includes("&lt;b&gt;plain&lt;/b&gt;"));
  });

  it("continues at once if no app has a frontchannel_logout_uri", async () => {
    await joined({});
    const answer = await loggedOut();
    assert.equal(answer.status, 303);
    assert.equal(answer.location, `${postLogout()}?state=s`);
  });

  it("leads to the default page without a post_logout_redirect_uri", async () => {
    await signIn(op, browser, "photos");
    const page = await browser.submit(await browser.get(`${op.origin}/oidc/logout`), { logout: "yes" });
    assert.match((await browser.follow(goOn(page))).text, /You have successfully logged out/);
  });

  it("runs on the sessions page only if users end their own session", async () => {
    const { claims } = await signIn(op, browser, "photos");
    const page = await browser.get(`${op.origin}/sessions`);
    const own = await browser.submit(page, {});
    assert.deepEqual(framesOf(own), [framed(op.photos.base, claims.sid)]);
    assert.equal(goOn(own).location, `${op.origin}/sessions`);

    await signIn(op, new HttpBrowser(), "photos");
    await signIn(op, browser, "albums");
    const both = await browser.get(`${op.origin}/sessions`);
    const [, other = ""] = [...both.text.matchAll(/name="uid" value="([^"]+)"/g)].map(([, uid]) => uid);
    const elsewhere = await browser.submit(both, { uid: other });
    assert.equal(elsewhere.status, 303);
    assert.equal(await isSignedIn(op, browser), true);
  });
});
