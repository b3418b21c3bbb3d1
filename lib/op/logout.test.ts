import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { logoutTokenChecks, openLogoutToken, verifyLogoutToken } from "#lib/oidc/logout-token.ts";
import {
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  responseOf,
  signIn,
  userinfoStatus,
} from "./testing/op-under-test.ts";

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";
const oddState = "a state/with?odd=characters&and+plus %20 é";

describe("logout", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  const postLogout = () => `${op.photos.base}/logout`;

  /** Requests logout as `photos`. */
  const askedToLogOut = (idToken: string): Promise<Visit> =>
    browser.get(
      logoutUrl(op, { id_token_hint: idToken, post_logout_redirect_uri: postLogout(), state: oddState }),
    );

  async function logoutTokenOf(client: "photos" | "albums"): Promise<JWTPayload> {
    assert.equal(op[client].logoutTokens.length, 1, `${client} got one logout token`);
    const { payload } = await jwtVerify(op[client].logoutTokens[0] ?? "", op.jwks, {
      issuer: op.issuer,
      audience: client,
      typ: "logout+jwt",
    });
    return payload;
  }

  const confirm = async (page: Visit) => goOn(await browser.submit(page, { logout: "yes" }));
  const deny = (page: Visit) => browser.submit(page, {}, "/oidc/logout/deny");

  it("asks first, and names the affected apps", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const page = await askedToLogOut(idToken);
    assert.equal(page.status, 200);
    assert.match(page.text, /Do you want to log out\?/);
    assert.match(page.text, /<li><b>photos<\/b><\/li><li><b>albums<\/b><\/li>/);
    assert.equal(op.photos.logoutTokens.length, 0);
    assert.equal(await isSignedIn(op, browser), true);
  });

  it("says if the app asks to log out another user, or this user from a different session", async () => {
    const { idToken: ofAlice } = await signIn(op, new HttpBrowser(), "photos", "alice");
    const { idToken: ofBob } = await signIn(op, browser, "photos", "bob");
    const asBob = await askedToLogOut(ofAlice);
    assert.match(
      asBob.text,
      /<b>photos<\/b> asks to log out <b>alice<\/b>, but you are signed in as <b>bob<\/b>\./,
    );
    assert.match((await askedToLogOut(ofBob)).text, /<b>photos<\/b> asks to log out <b>bob<\/b>\./);
    const elsewhere = await signIn(op, new HttpBrowser(), "photos", "bob");
    const otherSession = await askedToLogOut(elsewhere.idToken);
    assert.match(otherSession.text, /asks to log out <b>bob<\/b>, but from a different session/);
    await confirm(otherSession);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("Yes: every app gets a valid logout token before the browser is sent back with its state", async () => {
    const { idToken, claims, accessToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const answer = await confirm(await askedToLogOut(idToken));
    for (const client of ["photos", "albums"] as const) {
      const token = await logoutTokenOf(client);
      assert.equal(token.sid, claims.sid);
      assert.equal(token.sub, "alice");
      assert.deepEqual(token.events, { [logoutEvent]: {} });
      assert.ok(token.jti && token.iat && token.exp);
      assert.equal("nonce" in token, false);
    }
    assert.ok(answer.location?.startsWith(`${postLogout()}?`));
    assert.equal(responseOf(answer).get("state"), oddState);
    assert.equal(await isSignedIn(op, browser), false);
    assert.equal(await userinfoStatus(op, accessToken), 401);
  });

  it("sends every app the time when the session ended, in tokens that pass strict verification", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const page = await askedToLogOut(idToken);
    const before = Date.now();
    await confirm(page);
    const after = Date.now();
    const { toe } = await logoutTokenOf("photos");
    assert.ok(typeof toe === "number" && toe * 1000 >= before && toe * 1000 <= after, `${toe}`);
    assert.equal((await logoutTokenOf("albums")).toe, toe);
    assert.equal((await signIn(op, browser, "photos")).claims.toe, undefined);
    const photos = {
      keys: op.jwks,
      alg: "RS256",
      clients: [{ clientId: "photos", encrypted: false }],
    };
    const checks = logoutTokenChecks();
    const decryption = { encryptions: [], keys: async () => [] };
    const opened = await openLogoutToken(op.photos.logoutTokens[0] ?? "", decryption, checks);
    const issuer = opened.claims.iss === op.issuer ? photos : undefined;
    const expected = { issuer, mode: "strict", maxAge: 300, now: Date.now() / 1000 } as const;
    await verifyLogoutToken(opened, expected, checks);
  });

  it("sends every app a logout token that is signed and expires after two minutes", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await confirm(await askedToLogOut(idToken));
    await op.photos.received;
    const expected = { issuer: op.issuer, audience: "photos", typ: "logout+jwt" };
    const { payload } = await jwtVerify(op.photos.logoutTokens[0] ?? "", op.jwks, expected);
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 120);
  });

  it("Yes without a post_logout_redirect_uri: the default page", async () => {
    await signIn(op, browser, "photos");
    const page = await browser.follow(await confirm(await browser.get(`${op.origin}/oidc/logout`)));
    assert.equal(page.status, 200);
    assert.match(page.text, /You have successfully logged out/);
    assert.equal(op.photos.logoutTokens.length, 1);
  });

  it("No: no app is notified, the session continues, and the app gets access_denied", async () => {
    const { idToken, claims, accessToken } = await signIn(op, browser, "photos");
    const answer = await deny(await askedToLogOut(idToken));
    assert.equal(answer.status, 303);
    assert.ok(answer.location?.startsWith(`${postLogout()}?`));
    const response = responseOf(answer);
    assert.equal(response.get("error"), "access_denied");
    assert.equal(response.get("error_description"), "End User denied the logout request");
    assert.equal(response.get("state"), oddState);
    assert.equal(op.photos.logoutTokens.length, 0);
    assert.equal(await isSignedIn(op, browser), true);
    assert.equal(await userinfoStatus(op, accessToken), 200);
    assert.equal((await signIn(op, browser, "photos")).claims.sid, claims.sid);
  });

  it("No without a post_logout_redirect_uri: a page that says you are still signed in", async () => {
    await signIn(op, browser, "photos");
    const page = await deny(await browser.get(`${op.origin}/oidc/logout`));
    assert.equal(page.status, 200);
    assert.match(page.text, /You are still signed in/);
  });

  it("refuses Yes and No from a foreign origin, and from a page of another session", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const page = await askedToLogOut(idToken);
    for (const path of ["/oidc/logout/confirm", "/oidc/logout/deny"]) {
      const foreign = await browser.post(`${op.origin}${path}`, { logout: "yes" }, "http://localhost:1");
      assert.equal(foreign.status, 403);
      const forged = await browser.submit(page, { xsrf: "forged", logout: "yes" }, path);
      assert.equal(forged.status, 400);
      assert.equal(forged.location, undefined);
    }
    assert.equal(await isSignedIn(op, browser), true);
  });

  it("answers every malformed request with an error page and ends nothing", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const forgedKey = new TextEncoder().encode("k".repeat(32));
    const forged = await new SignJWT({ sub: "alice" })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer(op.issuer)
      .setAudience("photos")
      .sign(forgedKey);
    const malformed: Record<string, string>[] = [
      { id_token_hint: "garbage" },
      { id_token_hint: forged },
      { id_token_hint: `${idToken.slice(0, -4)}AAAA` },
      { id_token_hint: idToken, client_id: "albums" },
      { id_token_hint: idToken, post_logout_redirect_uri: "http://evil.example/" },
      { client_id: "unknown" },
      { client_id: "photos", post_logout_redirect_uri: `${postLogout()}/more` },
      { client_id: "photos", post_logout_redirect_uri: "http://localhost:1/logout" },
    ];
    for (const parameters of malformed) {
      const page = await browser.get(logoutUrl(op, parameters));
      assert.ok(page.status >= 400 && page.status < 500, JSON.stringify(parameters));
      assert.equal(page.location, undefined);
      assert.match(page.headers.get("content-type") ?? "", /html/);
      assert.match(page.text, /This logout request is not valid/);
    }
    const twice = await browser.get(`${op.origin}/oidc/logout?state=1&state=2`);
    assert.equal(twice.status, 400);
    assert.equal(op.photos.logoutTokens.length, 0);
    assert.equal(await isSignedIn(op, browser), true);
  });

  it("does not redirect without a client", async () => {
    await signIn(op, browser, "photos");
    const page = await browser.get(logoutUrl(op, { post_logout_redirect_uri: "http://evil.example/" }));
    const end = await browser.follow(await confirm(page));
    assert.equal(end.status, 200);
    assert.doesNotMatch(end.text, /evil/);
  });

  it("accepts a POST, and resends one from another site through its own page", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const endpoint = `${op.origin}/oidc/logout`;
    const fields = { id_token_hint: idToken, state: oddState, post_logout_redirect_uri: postLogout() };
    assert.match((await browser.post(endpoint, fields, op.photos.base)).text, /Do you want to log out\?/);

    const handOn = await new HttpBrowser().post(endpoint, fields, "https://elsewhere.example"); // without the cookie
    assert.match(handOn.text, /<form method="post" action="\/oidc\/logout" data-submit>/);
    assert.match(handOn.text, /assets\/submit\.js/);
    const answer = await confirm(await browser.submit(handOn, {}));
    assert.equal(responseOf(answer).get("state"), oddState);
    assert.equal(op.photos.logoutTokens.length, 1);
  });

  it("goes back to the app even if no user is signed in", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const stranger = new HttpBrowser();
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: postLogout(), state: oddState };
    const answer = await stranger.submit(await stranger.get(logoutUrl(op, parameters)), {});
    assert.equal(answer.status, 303);
    assert.equal(responseOf(answer).get("state"), oddState);
    assert.equal(await isSignedIn(op, browser), true);
  });

  it("keeps the registered URI unchanged, including its query, and appends to it", async (t) => {
    const registered = "http://localhost:1/out?a=b%20c&d=~(e)&state=own";
    const metadata = { post_logout_redirect_uris: [registered] };
    const own = await opUnderTest(":memory:", 0, { metadata });
    t.after(() => own.close());
    const { idToken } = await signIn(own, browser, "photos");
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: registered };
    const ask = (more = {}) => browser.get(logoutUrl(own, { ...parameters, ...more }));
    const no = await deny(await ask({ state: "s s" }));
    assert.ok(no.location?.startsWith(`${registered}&error=access_denied&`), no.location);
    const yes = await confirm(await ask({ state: "s s" }));
    const signedOut = await browser.submit(await ask(), {});
    assert.equal(yes.location, `${registered}&state=s%20s`);
    assert.equal(signedOut.location, registered);
  });

  it("is not delayed by an app that does not answer, and still notifies the others", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    op.photos.answer = () => undefined;
    const began = performance.now();
    const answer = await confirm(await askedToLogOut(idToken));
    const ms = performance.now() - began;
    assert.ok(answer.location?.startsWith(postLogout()));
    assert.ok(ms < 10_000, `took ${ms} ms`);
    await logoutTokenOf("albums");
  });

  it("notifies the others if one app is down", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    await op.photos.close();
    await confirm(await askedToLogOut(idToken));
    await logoutTokenOf("albums");
  });

  it("does not follow an app's redirect with the logout token", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    op.photos.answer = (response) =>
      response.writeHead(307, { location: `${op.albums.base}/elsewhere` }).end();
    await confirm(await askedToLogOut(idToken));
    assert.deepEqual(op.albums.elsewhere, []);
    await logoutTokenOf("albums");
  });

  it("notifies the apps of the previous user when another user signs in in the same browser", async () => {
    const { claims } = await signIn(op, browser, "photos");
    const request = new URLSearchParams({
      client_id: "albums",
      response_type: "code",
      redirect_uri: `${op.albums.base}/oauth2client`,
      scope: "openid",
      prompt: "login",
    });
    const page = await browser.follow(await browser.get(`${op.origin}/oauth2/authorize?${request}`));
    const switching = await browser.follow(await browser.submit(page, { username: "bob", password: "bob" }));
    await browser.submit(switching, {});
    assert.equal((await logoutTokenOf("photos")).sid, claims.sid);
  });
});
