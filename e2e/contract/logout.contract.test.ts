/** POST and GET /logout over HTTP: the request (RIL 2), the answer (RIL 3), local or global logout. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

describe("the logout request", () => {
  test("has all parameters, and a state that only this browser can use", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const { origin, pathname, searchParams } = new URL(location);
    assert.equal(origin + pathname, `${issuer.origin}/logout`);
    assert.equal(searchParams.get("client_id"), "playground2");
    assert.equal(searchParams.get("post_logout_redirect_uri"), `${rp.base}/logout`);
    assert.equal(searchParams.get("id_token_hint")?.split(".").length, 3);
    const state = searchParams.get("state") ?? "";
    const stranger = await new HttpBrowser().get(`${rp.base}/logout?state=${state}`);
    assert.equal(stranger.status, 400, "another browser's state");
    assert.equal(
      (await browser.get(`${rp.base}/logout?state=${state}`)).status,
      200,
      "this browser can still use it",
    );
  });

  test("goes by POST if it does not fit into a URL, in a form that works without scripts", async () => {
    const groups = Array.from({ length: 400 }, (_, n) => `group-number-${n}`);
    const browser = await signIn(issuer, rp, { groups });
    const answer = await browser.post(`${rp.base}/logout`, {});
    assert.equal(answer.status, 200);
    assert.match(answer.text, new RegExp(`action="${issuer.origin}/logout"`));
    assert.match(answer.text, /name="id_token_hint" value="eyJ[\w.-]{8000,}"/);
    assert.match(answer.text, /<button[^>]*type="submit"/);
  });

  test("answers 400 to a redirect with an unknown state, and keeps the session", async () => {
    const browser = await signIn(issuer, rp);
    for (const query of ["", "?state=", "?state=made-up"]) {
      const answer = await browser.get(`${rp.base}/logout${query}`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /does not belong to a logout request/);
    }
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("keeps the session if the user declines, and says so after a reload too", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const back = `${rp.base}/logout?error=access_denied&state=${new URL(location).searchParams.get("state")}`;
    for (const time of ["first", "second"]) {
      const page = await browser.get(back);
      assert.equal(page.status, 200, time);
      assert.match(page.text, /You are still logged in/);
    }
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("matches the panel: method, parameters, no hint, and a state that can be reused", async () => {
    const browser = await signIn(issuer, rp);
    const chosen = {
      chosen: "yes",
      state: "state_1",
      logout_hint: "alice",
      ui_locales: "de",
      tenant_domain: "carbon.super",
    };
    for (const time of ["first", "second"]) {
      const { location = "" } = await browser.post(`${rp.base}/logout`, chosen);
      const { client_id, id_token_hint, ...sent } = Object.fromEntries(new URL(location).searchParams);
      assert.deepEqual([client_id, id_token_hint], [undefined, undefined], time);
      assert.deepEqual(sent, {
        state: "state_1",
        logout_hint: "alice",
        ui_locales: "de",
        tenant_domain: "carbon.super",
      });
      const back = await browser.get(`${rp.base}/logout?state=state_1&error=access_denied`);
      assert.match(back.text, /You are still logged in/);
    }
    const posted = await browser.post(`${rp.base}/logout`, {
      ...chosen,
      method: "POST",
      id_token_hint: "a.b.c",
    });
    assert.match(posted.text, /name="id_token_hint" value="a.b.c"/);
    const spaced = await browser.post(`${rp.base}/logout`, { ...chosen, state: " state 2 " });
    assert.equal(new URL(spaced.location ?? "").searchParams.get("state"), " state 2 ");
    const wrong = await browser.post(`${rp.base}/logout`, { ...chosen, method: "PUT" });
    assert.equal(wrong.status, 400);
    const long = await browser.post(`${rp.base}/logout`, { ...chosen, state: "x".repeat(2049) });
    assert.match(long.text, /state: must not be longer than 2048 characters\..*Go back and correct it/s);
  });

  test("distinguishes an error of the OP from a declined logout", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const state = new URL(location).searchParams.get("state");
    const page = await browser.get(`${rp.base}/logout?error=server_error&state=${state}`);
    assert.match(page.text, /The OpenID Provider answered server_error/);
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("ends the session on the redirect back, if no logout token has", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const page = await browser.get(`${rp.base}/logout?state=${new URL(location).searchParams.get("state")}`);
    assert.match(page.text, /You are logged out[\s\S]*Logged in user : <b[^>]*>null</);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "rp-initiated");
  });
});

describe("the page after the logout names what ended the session", () => {
  /** Logs out; meanwhile the OP notifies the app. */
  async function afterLogout(
    notify: (who: { sub: string; sid: string }) => Promise<unknown>,
  ): Promise<string> {
    const who = { sub: "dora", sid: crypto.randomUUID() };
    const browser = await signIn(issuer, rp, who);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    await notify(who);
    const back = `${rp.base}/logout?state=${new URL(location).searchParams.get("state")}`;
    return (await browser.get(back)).text;
  }

  test("back-channel logout", async () => {
    const text = await afterLogout(async (who) =>
      assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(who)))),
    );
    assert.match(text, /had ended by back-channel logout before the OpenID Provider sent your browser back/);
  });

  test("front-channel logout", async () => {
    const text = await afterLogout(({ sid }) =>
      fetch(`${rp.base}/fclogout?${new URLSearchParams({ iss: issuer.issuer, sid })}`),
    );
    assert.match(text, /had ended by front-channel logout before the OpenID Provider sent your browser back/);
    assert.doesNotMatch(text, /back-channel/);
  });

  test("nothing but the way back", async () => {
    assert.match(await afterLogout(async () => {}), /until then, nothing had ended the session in this app/);
  });
});

describe("the log says what was received before what it ended", () => {
  const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: crypto.randomUUID() });

  /** Expects these two lines in this order, from what `act` does. */
  async function assertLogged(first: string, second: string, act: () => Promise<unknown>): Promise<void> {
    const before = rp.output().length;
    await act();
    await rp.printed(second);
    const output = rp.output().slice(before);
    assert.ok(output.includes(first), output);
    assert.ok(output.indexOf(first) < output.indexOf(second), output);
  }

  test("by back-channel logout, as in the tutorial", async () => {
    const who = newUser();
    await signIn(issuer, rp, who);
    await assertLogged(
      "Backchannel logout request received.",
      `Session invalidated successfully for sid: ${who.sid}`,
      async () => sendToken(rp, await issuer.sign(issuer.logoutClaims(who))),
    );
  });

  test("by front-channel logout", async () => {
    const { sub, sid } = newUser();
    await signIn(issuer, rp, { sub, sid });
    await assertLogged(
      "Frontchannel logout request received.",
      `Session of ${sub} ended (front-channel).`,
      () => fetch(`${rp.base}/fclogout?${new URLSearchParams({ iss: issuer.issuer, sid })}`),
    );
  });

  test("by RP-initiated logout", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const state = new URL(location).searchParams.get("state");
    await assertLogged(
      "Back from the OpenID Provider after logout: logged_out.",
      `Session of ${who.sub} ended (rp-initiated).`,
      () => browser.get(`${rp.base}/logout?state=${state}`),
    );
  });
});

describe("local and global logout", () => {
  test("here only: ends the session without the OP, and the page says so", async () => {
    const browser = await signIn(issuer, rp);
    const answer = await browser.post(`${rp.base}/logout`, { scope: "here" });
    assert.equal(answer.location, `${rp.base}/`);
    const session = await sessionOf(browser, rp);
    assert.deepEqual([session.user, session.loggedOutBy], [null, "local"]);
    assert.match((await browser.get(`${rp.base}/`)).text, /by logging out of this app only/);
  });

  test("everywhere: is requested only from an OP that declares support", async () => {
    const browser = await signIn(issuer, rp);
    const refused = await browser.post(`${rp.base}/logout`, { scope: "everywhere" });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /You are still logged in.*does not declare that it can end all sessions/s);
    assert.doesNotMatch((await browser.get(`${rp.base}/oauth2`)).text, /Log out everywhere/);
    issuer.more = { end_session_everywhere_supported: true };
    await rp.restart();
    assert.match((await browser.get(`${rp.base}/oauth2`)).text, /Log out everywhere/);
    const { location = "" } = await browser.post(`${rp.base}/logout`, { scope: "everywhere" });
    const { searchParams } = new URL(location);
    assert.equal(searchParams.get("everywhere"), "true");
    assert.equal(searchParams.get("id_token_hint")?.split(".").length, 3);
  });

  test("everywhere: is not offered without a Logout Endpoint, and answers 400", async () => {
    issuer.more = { end_session_everywhere_supported: true };
    await rp.restart();
    const browser = await signIn(issuer, rp, {}, { end_session_endpoint: "" });
    assert.doesNotMatch((await browser.get(`${rp.base}/oauth2`)).text, /Log out everywhere/);
    const refused = await browser.post(`${rp.base}/logout`, { scope: "everywhere" });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /You are still logged in\. This login has no Logout Endpoint/);
    assert.equal((await sessionOf(browser, rp)).user, "alice");
    assert.equal((await browser.post(`${rp.base}/logout`, {})).location, `${rp.base}/`);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "local");
  });

  test("the page shows how long the session lasted, and how late it ended", async () => {
    const who = { sub: "carol", sid: crypto.randomUUID() };
    const browser = await signIn(issuer, rp, who);
    const toe = (Date.now() - 5000) / 1000;
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who, toe }))));
    const page = (await browser.get(`${rp.base}/`)).text.replaceAll("<!-- -->", "");
    assert.match(
      page,
      /Session ended by back-channel logout, 5\.\d s after the OP ended its own \(it had lasted \d+(\.\d s| ms)\)\./,
    );
  });
});
