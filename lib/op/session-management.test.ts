import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { formOf, HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { sessionState } from "./logout/session-state.ts";
import {
  type AuthorizationRequest,
  authorizationUrl,
  authorize,
  browserStateOf,
  goOn,
  type OpUnderTest,
  opUnderTest,
  responseOf,
  signIn,
  tokenRequest,
} from "./testing/op-under-test.ts";

describe("session management", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  /** Checks a `session_state` against the browser state. */
  function assertOfBrowser(value: string | null | undefined, clientId: string, origin: string): void {
    assert.ok(value && !value.includes(" "), String(value));
    const salt = value.split(".")[1] ?? "";
    assert.ok(salt.length >= 16);
    assert.equal(value, sessionState(clientId, origin, browserStateOf(browser), salt));
  }

  const iframe = (at = browser): Promise<Visit> => at.get(`${op.origin}/oidc/checksession`);

  async function logOut(): Promise<Visit> {
    return browser.submit(await browser.get(`${op.origin}/oidc/logout`), { logout: "yes" });
  }

  const switched = async (user: string): Promise<void> => {
    const request = { client: "albums", prompt: "login" } as const;
    const page = await browser.follow(await browser.get(authorizationUrl(op, request)));
    const question = await browser.follow(await browser.submit(page, { username: user, password: user }));
    const ended = goOn(await browser.submit(question, {}));
    await browser.submit(await browser.follow(ended), { consent: "allow" });
  };

  describe("session_state", () => {
    for (const response_type of ["code", "id_token", "id_token token", "code id_token token"]) {
      it(`is in the response to ${response_type}, by query or fragment, and as a form`, async () => {
        const response = responseOf(await authorize(op, browser, { response_type }));
        assertOfBrowser(response.get("session_state"), "photos", op.photos.base);
        const posted = await authorize(op, browser, { response_type, response_mode: "form_post" });
        assertOfBrowser(formOf(posted).fields.session_state, "photos", op.photos.base);
      });
    }

    const errors: [mode: string, request: AuthorizationRequest][] = [
      ["query", { prompt: "none" }],
      ["fragment", { prompt: "none", response_type: "id_token" }],
      ["form_post", { prompt: "none", response_mode: "form_post" }],
    ];
    for (const [mode, request] of errors) {
      it(`is in errors by ${mode}, different each time, signed in or not`, async () => {
        const refused = async (more: AuthorizationRequest = {}) => {
          const visit = await browser.get(authorizationUrl(op, { ...request, ...more }));
          const fields = mode === "form_post" ? formOf(visit).fields : Object.fromEntries(responseOf(visit));
          assertOfBrowser(fields.session_state, "photos", op.photos.base);
          return fields;
        };
        const [one, two] = [await refused(), await refused()];
        assert.equal(one.error, "login_required");
        assert.equal(one.state, "state-1");
        assert.notEqual(one.session_state, two.session_state);
        await signIn(op, browser, "albums");
        assert.equal((await refused()).error, "consent_required");
        assert.equal((await refused({ scope: "profile" })).error, "invalid_request");
      });
    }

    it("is in the error of a sign-in that the user cancels", async () => {
      const page = await browser.follow(await browser.get(authorizationUrl(op)));
      const response = responseOf(await browser.follow(await browser.submit(page, { action: "cancel" })));
      assert.equal(response.get("error"), "access_denied");
      assertOfBrowser(response.get("session_state"), "photos", op.photos.base);
    });

    it("is not on error pages for the user", async () => {
      const page = await browser.get(authorizationUrl(op, { redirect_uri: "http://evil.example/" }));
      assert.equal(page.status, 400);
      assert.doesNotMatch(page.text, /session_state/);
    });

    it("differs for each client and each origin", () => {
      const values = [
        sessionState("photos", "http://localhost:1", "state", "salt"),
        sessionState("albums", "http://localhost:1", "state", "salt"),
        sessionState("photos", "http://localhost:2", "state", "salt"),
        sessionState("photos", "http://localhost:1", undefined, "salt"),
        sessionState("photos", "http://localhost:1", "state", "pepper"),
      ];
      assert.equal(new Set(values).size, values.length);
    });
  });

  describe("the OP browser state", () => {
    it("stays the same while the login does", async () => {
      assert.equal(browserStateOf(browser), undefined);
      const { idToken } = await signIn(op, browser, "photos");
      const state = browserStateOf(browser);
      assert.match(state ?? "", /^[\w-]{43}$/);
      await signIn(op, browser, "albums");
      await authorize(op, browser, { prompt: "none" });
      const code = responseOf(await authorize(op, browser)).get("code") ?? "";
      const redirect_uri = `${op.photos.base}/oauth2client`;
      await tokenRequest(op, { grant_type: "authorization_code", code, redirect_uri });
      await iframe();
      const question = await browser.get(`${op.origin}/oidc/logout?id_token_hint=${idToken}`);
      await browser.submit(question, {}, "/oidc/logout/deny");
      assert.equal(browserStateOf(browser), state);
    });

    it("ends with the logout, and is different after another login", async () => {
      await signIn(op, browser, "photos");
      const state = browserStateOf(browser);
      await logOut();
      assert.equal(browserStateOf(browser), undefined);
      await signIn(op, browser, "photos");
      assert.notEqual(browserStateOf(browser), state);
    });

    it("changes with the user", async () => {
      await signIn(op, browser, "photos", "alice");
      const state = browserStateOf(browser);
      await switched("bob");
      assert.ok(browserStateOf(browser));
      assert.notEqual(browserStateOf(browser), state);
    });

    it("follows sign-in and logout on the sessions page", async () => {
      const page = await browser.get(`${op.origin}/sessions`);
      const answer = await browser.submit(page, { username: "bob", password: "bob" });
      const state = browserStateOf(browser);
      assert.ok(state);
      await signIn(op, browser, "photos");
      assert.equal(browserStateOf(browser), state);
      await browser.submit(await browser.follow(answer), {});
      assert.equal(browserStateOf(browser), undefined);
    });

    it("can be read by scripts, and lives as long as the session and the store", async () => {
      const directory = mkdtempSync(join(tmpdir(), "op-"));
      const stored = await opUnderTest(directory);
      const visitor = new HttpBrowser();
      await signIn(stored, visitor, "photos");
      const state = browserStateOf(visitor);
      await stored.close();
      const again = await opUnderTest(directory, Number(new URL(stored.origin).port));
      const visit = await visitor.get(`${again.origin}/oidc/checksession`);
      assert.equal(browserStateOf(visitor), state);
      const cookie = visit.headers.getSetCookie().find((line) => line.startsWith("opbs.")) ?? "";
      assert.match(cookie, /; path=\/; expires=[^;]+; samesite=lax$/i);
      assert.doesNotMatch(cookie, /httponly|secure|alice/i);
      await again.close();
      rmSync(directory, { recursive: true });
    });
  });

  describe("the OP iframe", () => {
    it("can be framed by any site, is not stored, and runs only its own script file", async () => {
      for (const query of ["", "?client_id=photos&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fcb"]) {
        const page = await browser.get(`${op.origin}/oidc/checksession${query}`);
        assert.equal(page.status, 200);
        assert.match(page.headers.get("content-type") ?? "", /text\/html/);
        const policy = page.headers.get("content-security-policy") ?? "";
        assert.equal(policy, "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors *");
        assert.equal(page.headers.get("x-frame-options"), null);
        assert.equal(page.headers.get("cache-control"), "no-store");
        assert.match(page.text, /<script src="\/assets\/op\/op-iframe\.js"><\/script>/);
      }
      assert.equal((await browser.get(`${op.origin}/assets/op/op-iframe.js`)).status, 200);
    });

    it("updates the browser state after the session ended elsewhere, and if the cookie is missing", async () => {
      await signIn(op, browser, "photos");
      const state = browserStateOf(browser);
      const cookie = browser.cookieFor("/").replace(/opbs[^;]*/, "");
      const healed = await fetch(`${op.origin}/oidc/checksession`, { headers: { cookie } });
      assert.ok(healed.headers.getSetCookie().some((line) => line.includes(`=${state};`)));
      const elsewhere = browser.copy();
      await logOut();
      assert.equal(browserStateOf(elsewhere), state);
      await iframe(elsewhere);
      assert.equal(browserStateOf(elsewhere), undefined);
    });

    it("keeps the browser state if the browser withholds the session cookie", async () => {
      const headers = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-dest": "iframe",
        cookie: `opbs.${new URL(op.origin).port}=kept`,
      };
      const framed = await fetch(`${op.origin}/oidc/checksession`, { headers });
      assert.deepEqual(framed.headers.getSetCookie(), []);
    });
  });
});
