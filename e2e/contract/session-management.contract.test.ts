/** The RP iframe and its silent requests over HTTP (SM 3.1). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });

describe("the RP iframe", () => {
  test("has client_id, session_state and OP iframe; only the app's pages may frame it", async () => {
    const browser = await signIn(issuer, rp, newUser());
    const { text, headers } = await browser.get(`${rp.base}/rpiframe`);
    assert.match(text, /data-client-id="playground2"/);
    assert.match(text, /data-session-state="hash\.salt"/);
    assert.ok(
      text.includes(`data-op-iframe="${issuer.origin}/checksession?client_id=playground2&amp;redirect_uri=`),
    );
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /frame-ancestors 'self'/);
    assert.match(policy, new RegExp(`frame-src ${issuer.origin} `));
  });

  test("is loaded by the page's script, which must be listening before its first message", async () => {
    const browser = await signIn(issuer, rp, newUser());
    const [frame = ""] =
      /<iframe[^>]*title="RP iframe"[^>]*>/.exec((await browser.get(`${rp.base}/`)).text) ?? [];
    assert.match(frame, /title="RP iframe"/);
    assert.doesNotMatch(frame, /\ssrc=/);
  });

  test("is refused without a session, or if the mechanism is off", async () => {
    const browser = await signIn(issuer, rp, newUser());
    assert.equal((await fetch(`${rp.base}/rpiframe`)).status, 400);
    await browser.post(`${rp.base}/mechanisms`, { mechanism: "back-channel" });
    for (const path of ["/rpiframe", "/rpiframe/silent"]) {
      assert.equal((await browser.get(rp.base + path)).status, 404);
    }
    assert.doesNotMatch((await browser.get(`${rp.base}/oauth2`)).text, /title="RP iframe"/);
    await browser.post(`${rp.base}/mechanisms`, { mechanism: "session-management" });
    assert.match((await browser.get(`${rp.base}/oauth2`)).text, /title="RP iframe"/);
  });
});

describe("a silent request", () => {
  /** Starts a silent request and returns this answer to the callback.
   *  @returns the message to the RP iframe */
  async function confirm(
    browser: HttpBrowser,
    answer: (asked: URLSearchParams) => Promise<Record<string, string>> | Record<string, string>,
  ): Promise<Record<string, string>> {
    const { location = "" } = await browser.get(`${rp.base}/rpiframe/silent`);
    const asked = new URL(location).searchParams;
    assert.deepEqual([asked.get("prompt"), asked.get("id_token_hint")?.split(".").length], ["none", 3]);
    const parameters = { state: asked.get("state") ?? "", iss: issuer.issuer, ...(await answer(asked)) };
    const page = await browser.post(`${rp.base}/oauth2client`, parameters);
    assert.match(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'self'/);
    const message = /data-confirmation="([^"]*)"/.exec(page.text)?.[1] ?? "";
    return JSON.parse(message.replaceAll("&quot;", '"').replaceAll("&#39;", "'")) as Record<string, string>;
  }

  const idTokenOf = (who: object) => async (asked: URLSearchParams) => ({
    id_token: await issuer.sign(issuer.idClaims({ ...who, nonce: asked.get("nonce") })),
    session_state: "new.salt",
  });

  test("keeps the session and renews its session_state if the user is the same", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const { since } = await sessionOf(browser, rp);
    assert.deepEqual(await confirm(browser, idTokenOf(who)), {
      confirmation: "renewed",
      sessionState: "new.salt",
    });
    const session = await sessionOf(browser, rp);
    assert.deepEqual([session.user, session.sessionState, session.since], [who.sub, "new.salt", since]);
  });

  test("requests the scopes granted to the login, except offline_access", async () => {
    const asked = await ask(issuer, rp, { grant_type: "code", scope: "openid profile offline_access" });
    issuer.token = async () => ({
      json: {
        id_token: await issuer.sign(issuer.idClaims({ ...newUser(), nonce: asked.nonce })),
        access_token: "access",
        token_type: "Bearer",
        scope: "openid profile offline_access",
      },
    });
    const answer = await respondTo(asked, issuer, rp, { code: "c", session_state: "hash.salt" });
    assert.equal(answer.status, 303, answer.text);
    const { location = "" } = await asked.browser.get(`${rp.base}/rpiframe/silent`);
    assert.equal(new URL(location).searchParams.get("scope"), "openid profile");
    const implicit = await signIn(issuer, rp, newUser());
    const { location: without = "" } = await implicit.get(`${rp.base}/rpiframe/silent`);
    assert.equal(new URL(without).searchParams.get("scope"), "openid");
  });

  test("ends the session if another user, or none, is signed in, and says why", async () => {
    const answers = [
      idTokenOf(newUser()),
      () => ({ error: "login_required" }),
      () => ({ error: "consent_required" }),
    ];
    for (const answer of answers) {
      const browser = await signIn(issuer, rp, newUser());
      assert.deepEqual(await confirm(browser, answer), { confirmation: "ended" });
      assert.equal((await sessionOf(browser, rp)).loggedOutBy, "session-management");
      assert.match((await browser.get(`${rp.base}/`)).text, /by session management/);
    }
  });

  test("keeps the session if the answer is inconclusive", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const answers: Record<string, string>[] = [
      { error: "server_error" },
      { error: "login_required", iss: "https://other.example" },
      { id_token: "garbage" },
    ];
    for (const answer of answers) {
      assert.equal((await confirm(browser, () => answer)).confirmation, "failed", JSON.stringify(answer));
      assert.equal((await sessionOf(browser, rp)).user, who.sub);
    }
  });

  test("keeps the session if it cannot be made, and tells the frame why", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    await issuer.down();
    await rp.restart(); // without a discovery document
    const page = await browser.get(`${rp.base}/rpiframe/silent`);
    await issuer.up();
    assert.match(page.text, /data-confirmation="[^"]*failed[^"]*cannot be used/);
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
  });

  test("ends the session if the answer is from an OP session that has been logged out", async () => {
    const [who, sid] = [newUser(), `sid-${crypto.randomUUID()}`];
    const browser = await signIn(issuer, rp, who);
    const result = await confirm(browser, async (asked) => {
      const answer = await idTokenOf({ ...who, sid })(asked);
      await browser.post(`${rp.base}/mechanisms`, { mechanism: "back-channel" });
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who, sid }))));
      await browser.post(`${rp.base}/mechanisms`, { mechanism: "session-management" });
      return answer;
    });
    assert.deepEqual(result, { confirmation: "ended" });
    assert.equal((await sessionOf(browser, rp)).user, null);
  });

  test("does not restore a session that ended while it was running", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const result = await confirm(browser, async (asked) => {
      const answer = await idTokenOf(who)(asked);
      await browser.copy().post(`${rp.base}/reset`, {});
      return answer;
    });
    assert.deepEqual(result, { confirmation: "ended" });
    assert.equal((await sessionOf(browser, rp)).user, null);
  });
});
