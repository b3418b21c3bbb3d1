/** next-auth sessions over HTTP: how they begin and end, and that an old cookie is worthless. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { answer, ask, nextAuthSession, post, signInWithNextAuth } from "../support/next-auth.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";
import { newKey } from "../support/test-issuer.ts";

const { issuer, rp } = await appUnderTest();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const large = { groups: Array.from({ length: 400 }, () => crypto.randomUUID()) };

async function assertSignedOut(browser: Parameters<typeof nextAuthSession>[0]): Promise<void> {
  assert.deepEqual(await nextAuthSession(browser, rp), {});
  assert.equal((await sessionOf(browser, rp)).user, null);
}

describe("a sign-in", () => {
  test("uses the code grant with PKCE, state and nonce, and starts an ordinary session", async () => {
    const asked = await ask(rp);
    const { response_type, code_challenge_method, redirect_uri } = Object.fromEntries(asked.request);
    assert.deepEqual([response_type, code_challenge_method], ["code", "S256"]);
    assert.equal(redirect_uri, `${rp.base}/api/auth/callback/op`);
    const who = newUser();
    await answer(asked, issuer, rp, { claims: who });
    const session = await sessionOf(asked.browser, rp);
    assert.deepEqual([session.user, session.sid, session.sessionState], [who.sub, who.sid, "hash.salt"]);
    assert.equal((await nextAuthSession(asked.browser, rp)).user?.name, who.sub);
    const page = (await asked.browser.get(`${rp.base}/oauth2`)).text;
    assert.match(page, /Signed in with next-auth/);
    assert.match(page, /Core 3\.1\.3\.7-11/, "the checks of its ID Token are shown");
  });

  const refused: Record<string, Parameters<typeof answer>[3]> = {
    "another nonce": { claims: { nonce: "other" } },
    "no nonce": { claims: { nonce: undefined } },
    "another audience": { claims: { aud: "playground3" } },
    "another issuer": { claims: { iss: "https://other.example" } },
    "an expired ID Token": { claims: { iat: 1, exp: 2 } },
    "another key": {
      idToken: async (claims) => issuer.sign(claims, {}, await newKey("RS256", issuer.rs256.kid)),
    },
    "another algorithm": { idToken: async (claims) => issuer.sign(claims, {}, issuer.es256) },
    "no ID Token": { tokens: { id_token: undefined } },
    "another state": { response: { state: "other" } },
    "another iss (RFC 9207)": { response: { iss: "https://other.example" } },
    access_denied: { response: { error: "access_denied" } },
  };
  for (const [name, change] of Object.entries(refused)) {
    test(`is refused: ${name}`, async () => {
      const asked = await ask(rp);
      const page = await asked.browser.follow(await answer(asked, issuer, rp, change));
      assert.equal(new URL(page.url).pathname, "/playground2/oauth2");
      assert.match(page.text, /role="alert"[^>]*>next-auth/);
      await assertSignedOut(asked.browser);
    });
  }

  test("is refused if it was started in another browser", async () => {
    const { request } = await ask(rp);
    const { browser } = await ask(rp);
    await answer({ browser, request }, issuer, rp);
    await assertSignedOut(browser);
  });

  test("is refused if its logout came first, and the form says so", async () => {
    const who = newUser();
    const asked = await ask(rp);
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(who))));
    const page = await asked.browser.follow(await answer(asked, issuer, rp, { claims: who }));
    assert.match(page.text, /its logout came first/);
    await assertSignedOut(asked.browser);
  });

  test("redirects only to this app", async () => {
    const { browser } = await ask(rp);
    const { location = "" } = await post(browser, rp, "signin/op", { callbackUrl: "https://evil.example/" });
    const state = new URL(location).searchParams;
    const back = await answer({ browser, request: state }, issuer, rp);
    assert.equal(back.location, `${rp.base}/oauth2`);
  });

  test("replaces a session from the form, and vice versa", async () => {
    const [first, second] = [newUser(), newUser()];
    const browser = await signIn(issuer, rp, first);
    await signInWithNextAuth(issuer, rp, { claims: second }, browser);
    assert.equal((await sessionOf(browser, rp)).user, second.sub);
    await signIn(issuer, rp, first, {}, browser);
    assert.equal((await sessionOf(browser, rp)).user, first.sub);
    assert.deepEqual(await nextAuthSession(browser, rp), {});
  });
});

describe("a session ends", () => {
  test("by back-channel logout: its cookie is deleted, and a copy is worthless", async () => {
    const who = newUser();
    const browser = await signInWithNextAuth(issuer, rp, { claims: who });
    const copy = browser.copy();
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(who))));
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
    assert.deepEqual(await nextAuthSession(browser, rp), {});
    assert.doesNotMatch(browser.cookieFor("/playground2"), /next-auth\.session/);
    assert.match((await browser.get(`${rp.base}/oauth2`)).text, /by back-channel logout/);
    await assertSignedOut(copy);
  });

  test("by front-channel logout, without a cookie", async () => {
    const who = newUser();
    const browser = await signInWithNextAuth(issuer, rp, { claims: who });
    const query = new URLSearchParams({ iss: issuer.issuer, sid: who.sid });
    assert.equal((await fetch(`${rp.base}/fclogout?${query}`)).status, 200);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "front-channel");
    await assertSignedOut(browser);
  });

  test("in one of the user's two browsers, if the logout token has its sid", async () => {
    const [here, there] = [newUser(), newUser()];
    const user = { sub: here.sub };
    const first = await signInWithNextAuth(issuer, rp, { claims: { ...user, sid: here.sid } });
    const second = await signInWithNextAuth(issuer, rp, { claims: { ...user, sid: there.sid } });
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...user, sid: here.sid }))),
    );
    await assertSignedOut(first);
    assert.equal((await nextAuthSession(second, rp)).user?.name, here.sub);
  });

  test("by the Logout button, after the redirect back from the OP", async () => {
    const browser = await signInWithNextAuth(issuer, rp, { claims: newUser() });
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const state = new URL(location).searchParams.get("state");
    await browser.get(`${rp.base}/logout?state=${state}`);
    await assertSignedOut(browser);
  });
});

describe("sign-out", () => {
  test("ends the session at once, then redirects to the OP once, with id_token_hint and state", async () => {
    const browser = await signInWithNextAuth(issuer, rp, { claims: newUser() });
    const before = browser.copy();
    const { location = "" } = await post(browser, rp, "signout", { callbackUrl: `${rp.base}/signout` });
    assert.equal(location, `${rp.base}/signout`);
    await assertSignedOut(browser);
    await assertSignedOut(before);
    const sent = await browser.get(location);
    const { origin, pathname, searchParams } = new URL(sent.location ?? "");
    assert.equal(origin + pathname, `${issuer.origin}/logout`);
    assert.equal(searchParams.get("id_token_hint")?.split(".").length, 3);
    assert.equal((await browser.get(location)).location, `${rp.base}/`, "only once");
    const landing = await browser.get(`${rp.base}/logout?state=${searchParams.get("state")}`);
    assert.match(landing.text, /You are logged out/);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "sign-out");
  });

  test("declined at the OP: logged out of this app only", async () => {
    const browser = await signInWithNextAuth(issuer, rp, { claims: newUser() });
    await post(browser, rp, "signout", { callbackUrl: `${rp.base}/signout` });
    const { location = "" } = await browser.get(`${rp.base}/signout`);
    const state = new URL(location).searchParams.get("state");
    const landing = await browser.get(`${rp.base}/logout?error=access_denied&state=${state}`);
    assert.match(landing.text, /You are logged out of this app only/);
  });

  test("works with an ID Token of 16 KiB, which is not in a cookie", async () => {
    const browser = await signInWithNextAuth(issuer, rp, { claims: { ...newUser(), ...large } });
    assert.ok(browser.cookieFor("/playground2/api").length < 4096);
    await post(browser, rp, "signout", { callbackUrl: `${rp.base}/signout` });
    const form = await browser.get(`${rp.base}/signout`);
    assert.match(form.text, /name="id_token_hint" value="eyJ[\w.-]{16384,}"/);
    assert.match(form.text, new RegExp(`method="post" action="${issuer.origin}/logout"`));
  });

  test("ends the session in the app if the OP is down", async () => {
    const browser = await signInWithNextAuth(issuer, rp, { claims: newUser() });
    await issuer.down();
    await post(browser, rp, "signout", { callbackUrl: `${rp.base}/signout` });
    assert.equal((await browser.get(`${rp.base}/signout`)).location, `${rp.base}/`);
    await issuer.up();
    await assertSignedOut(browser);
  });

  test("is refused if another site requests it", async () => {
    const who = newUser();
    const browser = await signInWithNextAuth(issuer, rp, { claims: who });
    await browser.post(`${rp.base}/api/auth/signout`, { csrfToken: "made-up" }, "https://evil.example");
    await browser.get(`${rp.base}/signout`);
    assert.equal((await nextAuthSession(browser, rp)).user?.name, who.sub);
  });
});

describe("the access token", () => {
  /** Signs in with an access token that expires immediately. */
  const expired = (who: Record<string, unknown>) =>
    signInWithNextAuth(issuer, rp, { claims: who, tokens: { expires_in: 1, refresh_token: "refresh-1" } });

  test("is refreshed when it has expired, once for concurrent requests", async () => {
    const who = newUser();
    const browser = await expired(who);
    const used: (string | null)[] = [];
    issuer.token = (_request, body) => {
      const form = new URLSearchParams(body);
      used.push(form.get("refresh_token"));
      return {
        json: {
          access_token: "access-2",
          token_type: "Bearer",
          refresh_token: "refresh-2",
          expires_in: 3600,
        },
      };
    };
    await Promise.all([1, 2, 3].map(() => nextAuthSession(browser.copy(), rp)));
    assert.deepEqual(used, ["refresh-1"]);
    assert.match((await browser.get(`${rp.base}/oauth2`)).text, /access-2/);
    assert.equal((await nextAuthSession(browser, rp)).user?.name, who.sub);
  });

  test("is not refreshed on every request if the OP omits expires_in", async () => {
    const browser = await expired(newUser());
    let asked = 0;
    issuer.token = () => {
      asked += 1;
      return { json: { access_token: "access-2", token_type: "Bearer" } };
    };
    await nextAuthSession(browser, rp);
    await nextAuthSession(browser, rp);
    assert.equal(asked, 1);
  });

  test("ends the session if the OP refuses the refresh, and the page says why", async () => {
    const browser = await expired(newUser());
    issuer.token = () => ({ status: 400, json: { error: "invalid_grant", error_description: "revoked" } });
    await assertSignedOut(browser);
    assert.match((await browser.get(`${rp.base}/`)).text, /refused to refresh.*invalid_grant: revoked/s);
  });

  test("is refreshed if it was already expired when issued", async () => {
    const tokens = { expires_in: 0, refresh_token: "refresh-1" };
    const browser = await signInWithNextAuth(issuer, rp, { claims: newUser(), tokens });
    issuer.token = () => ({ status: 400, json: { error: "invalid_grant" } });
    await assertSignedOut(browser);
  });

  test("keeps the session if the refresh fails for another reason", async () => {
    const who = newUser();
    const browser = await expired(who);
    for (const status of [500, 400]) {
      issuer.token = () => ({ status, json: { error: "temporarily_unavailable" } });
      assert.equal((await nextAuthSession(browser, rp)).user?.name, who.sub);
    }
  });

  test("is not replaced by one that comes with another user's ID Token", async () => {
    const who = newUser();
    const browser = await expired(who);
    issuer.token = async () => ({
      json: {
        access_token: "access-3",
        token_type: "Bearer",
        id_token: await issuer.sign(issuer.idClaims()),
      },
    });
    assert.equal((await nextAuthSession(browser, rp)).user?.name, who.sub);
    assert.doesNotMatch((await browser.get(`${rp.base}/oauth2`)).text, /access-3/);
  });
});
