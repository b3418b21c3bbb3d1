/** What a refresh of the tokens does to a session, over HTTP. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { ask, respondTo, sessionOf } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });

/** Signs in with a code; the access token has expired at once, so that the next use of it refreshes. */
async function signInWithCode(claims: Record<string, unknown>): Promise<HttpBrowser> {
  const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "no" });
  const id_token = await issuer.sign(issuer.idClaims({ ...claims, nonce: asked.nonce }));
  const tokens = { access_token: "a", refresh_token: "r", expires_in: 0, token_type: "Bearer", id_token };
  issuer.token = () => ({ json: tokens });
  const answer = await respondTo(asked, issuer, rp, { code: "c" });
  assert.equal(answer.status, 303, answer.text);
  return asked.browser;
}

/** Opens the photos while the token endpoint answers a refresh with this ID Token. */
async function refreshWith(browser: HttpBrowser, claims: Record<string, unknown>) {
  const id_token = await issuer.sign(issuer.idClaims(claims));
  issuer.token = () => ({ json: { access_token: "b", token_type: "Bearer", expires_in: 60, id_token } });
  return browser.get(`${rp.base}/photos`);
}

const logOut = async (claims: Record<string, unknown>) =>
  assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(claims))));

describe("a refreshed ID Token", () => {
  for (const [name, before] of Object.entries({ changes: "old", "first comes": undefined }))
    test(`whose sid ${name} makes the session found by it`, async () => {
      const { sub, sid } = newUser();
      const browser = await signInWithCode({ sub, sid: before && `${sid}-${before}` });
      await refreshWith(browser, { sub, sid });
      assert.equal((await sessionOf(browser, rp)).sid, sid);
      await logOut({ sub: undefined, sid });
      assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
    });

  test("without a sid keeps the one of the session", async () => {
    const { sub, sid } = newUser();
    const browser = await signInWithCode({ sub, sid });
    await refreshWith(browser, { sub, sid: undefined });
    assert.equal((await sessionOf(browser, rp)).sid, sid);
  });

  test("with a sid whose logout came first ends the session", async () => {
    const { sub, sid } = newUser();
    const browser = await signInWithCode({ sub, sid: undefined });
    await logOut({ sub: undefined, sid });
    assert.equal((await sessionOf(browser, rp)).user, sub);
    const photos = await refreshWith(browser, { sub, sid });
    assert.match(photos.text, /logout of its sid arrived before this app knew that sid/);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
  });
});

describe("a refused refresh", () => {
  /** The user's browser after the OP has refused a refresh, and the page that says so. */
  async function refused() {
    const { sub, sid } = newUser();
    const browser = await signInWithCode({ sub, sid });
    issuer.token = () => ({ status: 400, json: { error: "invalid_grant" } });
    return { sub, browser, photos: await browser.get(`${rp.base}/photos`) };
  }

  test("ends the session, and the page says one thing about the user", async () => {
    const { sub, browser, photos } = await refused();
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "refresh");
    assert.match(photos.text, /id="logged-in-user">null</);
    assert.match(photos.text, /No user is logged in/);
    assert.ok(!photos.text.includes(sub));
  });

  test("leaves a logout at the OpenID Provider possible, with the ID Token as its hint", async () => {
    const { browser, photos } = await refused();
    assert.match(photos.text, /Log out at the OpenID Provider/);
    const sent = await browser.post(`${rp.base}/logout`, {});
    assert.equal(sent.status, 303);
    const request = new URL(sent.location ?? "");
    assert.equal(request.origin + request.pathname, `${issuer.origin}/logout`);
    assert.match(request.searchParams.get("id_token_hint") ?? "", /^ey/);
    const back = await browser.get(`${rp.base}/logout?state=${request.searchParams.get("state")}`);
    assert.match(back.text, /You are logged out/);
    assert.doesNotMatch((await browser.get(`${rp.base}/`)).text, /Log out at the OpenID Provider/);
  });

  test("keeps that possibility while the OpenID Provider is down, and after a No there", async () => {
    const { browser } = await refused();
    await issuer.down();
    const failed = await browser.post(`${rp.base}/logout`, {});
    await issuer.up();
    assert.equal(failed.status, 503);
    assert.doesNotMatch(failed.text, /You are still logged in\./);
    const sent = await browser.post(`${rp.base}/logout`, {});
    const state = new URL(sent.location ?? "").searchParams.get("state");
    await browser.get(`${rp.base}/logout?error=access_denied&state=${state}`);
    assert.match((await browser.get(`${rp.base}/`)).text, /Log out at the OpenID Provider/);
  });
});

test("logging out of this app only leaves a logout at the OpenID Provider possible", async () => {
  const { sub, sid } = newUser();
  const browser = await signInWithCode({ sub, sid });
  await browser.post(`${rp.base}/logout`, { scope: "here" });
  assert.equal((await sessionOf(browser, rp)).loggedOutBy, "local");
  assert.match((await browser.get(`${rp.base}/`)).text, /Log out at the OpenID Provider/);
  const sent = await browser.post(`${rp.base}/logout`, {});
  assert.ok(sent.location?.startsWith(`${issuer.origin}/logout?`), sent.location ?? sent.text);
});
