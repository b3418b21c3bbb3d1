/** What an app answers to a logout token, and what the OP does then. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { decodeJwt } from "jose";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorize,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  responseOf,
  signIn,
} from "./testing/op-under-test.ts";
import { registeredClient } from "./testing/registered-client.ts";
import { accepted } from "./testing/relying-party.ts";

describe("a logout token", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  const answering =
    (status: number, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response.writeHead(status, headers).end();
    };

  /** Gives this answer to the next logout token, and accepts those after it. */
  const answerOnce = (answer: (response: ServerResponse) => void): void => {
    op.photos.answer = (response) => {
      op.photos.answer = accepted;
      answer(response);
    };
  };

  /** Signs in to `photos`, and logs out.
   * @returns the moment when the browser is back */
  async function loggedOut(user = "alice"): Promise<number> {
    await signIn(op, browser, "photos", user);
    const page = await browser.get(logoutUrl(op, { client_id: "photos" }));
    assert.notEqual((await browser.submit(page, { logout: "yes" })).status, 400);
    return Date.now();
  }

  /** The text of each delivery on the sessions page, by its state. */
  async function deliveries(): Promise<[state: string, text: string][]> {
    const admin = new HttpBrowser();
    const form = await admin.get(`${op.origin}/sessions`);
    const page = await admin.follow(await admin.submit(form, { username: "admin", password: "admin" }));
    const items = page.text.matchAll(/<li [^>]*data-state="([^"]*)">(.*?)<\/li>/gs);
    return [...items].map(([, state = "", item = ""]) => [state, item.replace(/<[^>]*>|\s+/g, " ")]);
  }

  /** The newest delivery, once its first attempt is over: the user may be back before. */
  async function firstResult(): Promise<[state: string, text: string]> {
    for (;;) {
      const [[state = "", text = ""] = []] = await deliveries();
      if (!text.includes("Not sent yet")) return [state, text];
    }
  }

  /** Waits for the second logout token. */
  async function secondToken(): Promise<void> {
    while (op.photos.logoutTokens.length < 2) await op.photos.next();
  }

  for (const status of [200, 204]) {
    it(`is not sent again after ${status}`, async () => {
      answerOnce(answering(status));
      await loggedOut();
      const [[state, text] = []] = await deliveries();
      assert.equal(state, "delivered");
      assert.match(text ?? "", new RegExp(`photos .* First attempt .* answered ${status}\\.`));
    });
  }

  for (const status of [202, 302, 400, 404]) {
    it(`is not sent again after ${status}, and the sessions page says so`, async () => {
      answerOnce(answering(status, { location: `${op.albums.base}/elsewhere`, "retry-after": "1" }));
      await loggedOut();
      const [[state, text] = []] = await deliveries();
      assert.equal(state, "failed");
      assert.match(
        text ?? "",
        new RegExp(`answered ${status} instead of 200 or 204\\. It is not sent again\\.`),
      );
    });
  }

  const temporary: Record<string, (response: ServerResponse) => void> = {
    "500": answering(500),
    "429 with Retry-After": answering(429, { "retry-after": "2" }),
    "503 with Retry-After": answering(503, { "retry-after": "2" }),
    "a broken connection": (response) => response.destroy(),
    "no answer in time": () => undefined,
  };
  for (const [name, answer] of Object.entries(temporary)) {
    it(`is made anew and sent again after ${name}`, async () => {
      answerOnce(answer);
      const back = await loggedOut();
      const [state, text] = await firstResult();
      assert.equal(state, "pending");
      assert.match(text, /First attempt .* Next attempt /);
      await secondToken();
      const waited = Date.now() - back;
      assert.ok(waited >= (name.endsWith("Retry-After") ? 1_900 : 900), `sent again after ${waited} ms`);
      const [first, second] = op.photos.logoutTokens.map((token) => decodeJwt(token));
      assert.ok(first?.jti && second?.jti && first.jti !== second.jti, "another jti");
      assert.ok(Number(second.iat) > Number(first.iat), "a later iat");
      assert.deepEqual([second.sid, second.sub, second.toe], [first.sid, first.sub, first.toe]);
      while ((await deliveries())[0]?.[0] !== "delivered");
      assert.match((await deliveries())[0]?.[1] ?? "", /Attempt 2 .* answered 200\./);
    });
  }

  it("reaches an app that was down during the logout", async () => {
    await signIn(op, browser, "albums");
    await op.photos.close();
    await loggedOut();
    assert.equal(op.albums.logoutTokens.length, 1);
    assert.match((await deliveries())[0]?.[1] ?? "", /cannot be reached \(ECONNREFUSED\)/);
    await op.photos.reopen();
    await op.photos.received;
    assert.equal(decodeJwt(op.photos.logoutTokens[0] ?? "").sub, "alice");
    assert.equal(op.albums.logoutTokens.length, 1);
  });

  describe("to an app that is down", () => {
    /** Registers a client at the address of `photos`, signs in, and logs out while it is down. */
    async function owed(metadata: Record<string, unknown> = {}): Promise<string> {
      const { clientId } = await registeredClient(op, metadata);
      await authorize(op, browser, { client_id: clientId });
      const page = await browser.get(logoutUrl(op, { client_id: clientId }));
      await op.photos.close();
      await browser.submit(page, { logout: "yes" });
      assert.equal((await deliveries())[0]?.[0], "pending");
      return clientId;
    }

    const failed = async (): Promise<string> => {
      for (;;) {
        const [[state, text = ""] = []] = await deliveries();
        if (state === "failed") return text;
        assert.equal(state, "pending");
      }
    };

    it("is not sent once the client is deleted, nor to the next one of that name", async () => {
      const clientId = await owed();
      const address = `${op.origin}/api/identity/oauth2/dcr/v1.1/register/${clientId}`;
      const deletion = { method: "DELETE", headers: { authorization: adminAuthorization } };
      assert.equal((await fetch(address, deletion)).status, 204);
      await registeredClient(op, { ext_param_client_id: clientId });
      await op.photos.reopen();
      assert.match(await failed(), /the app was deleted/);
      assert.deepEqual(op.photos.logoutTokens, []);
    });

    it("is not sent to the next client of that name about a session that is older", async () => {
      const { clientId } = await registeredClient(op, {});
      await authorize(op, browser, { client_id: clientId });
      const address = `${op.origin}/api/identity/oauth2/dcr/v1.1/register/${clientId}`;
      await fetch(address, { method: "DELETE", headers: { authorization: adminAuthorization } });
      await registeredClient(op, { ext_param_client_id: clientId });
      await loggedOut();
      assert.equal(op.photos.logoutTokens.length, 1);
      assert.equal(decodeJwt(op.photos.logoutTokens[0] ?? "").aud, "photos");
    });

    it("is not sent without a sid once the user has signed in again: it would end that session too", async () => {
      const clientId = await owed({ backchannel_logout_session_required: false });
      const endedIn = Math.floor(Date.now() / 1000);
      while (Math.floor(Date.now() / 1000) === endedIn) await immediate(); // grants have the time in seconds
      assert.ok(responseOf(await authorize(op, browser, { client_id: clientId })).has("code"));
      await op.photos.reopen();
      assert.match(await failed(), /signed in to this app again/);
      assert.deepEqual(op.photos.logoutTokens, []);
    });

    it("is sent without a sid while the user has not signed in again", async () => {
      await owed({ backchannel_logout_session_required: false });
      await op.photos.reopen();
      await op.photos.received;
      const { sub, sid } = decodeJwt(op.photos.logoutTokens[0] ?? "");
      assert.deepEqual([sub, sid], ["alice", undefined]);
    });
  });
});
