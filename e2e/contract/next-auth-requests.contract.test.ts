/** Requests to next-auth that it cannot read: refused, never 500. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { post } from "../support/next-auth.ts";

const { rp } = await appUnderTest();

describe("a request to next-auth", () => {
  test("with a callbackUrl that is no web address is refused, wherever it is", async () => {
    const browser = new HttpBrowser();
    for (const callbackUrl of ["https://", "no url", "javascript:alert(1)", "//", "%"]) {
      const query = `?callbackUrl=${encodeURIComponent(callbackUrl)}`;
      const answers = [
        await post(browser, rp, "signin/op", { callbackUrl }),
        await post(browser, rp, "signout", { callbackUrl }),
        await browser.get(`${rp.base}/api/auth/signin${query}`),
        await browser.get(`${rp.base}/api/auth/signout${query}`),
        await browser.get(`${rp.base}/api/auth/session${query}`),
      ];
      for (const { status, text } of answers) {
        assert.equal(status, 400, `${callbackUrl}: ${text}`);
        assert.match(text, /callbackUrl of this request is not an http or https URL/);
      }
    }
    const body = JSON.stringify({ callbackUrl: { toString: 1 } });
    const headers = { "content-type": "application/json" };
    const json = await fetch(`${rp.base}/api/auth/signin/op`, { method: "POST", body, headers });
    assert.equal(json.status, 400);
  });

  test("with a callbackUrl cookie that is no web address begins anew, without that cookie", async () => {
    const { port, pathname } = new URL(rp.base);
    const name = `${pathname.slice(1)}.next-auth.callback-url.${port}`;
    const headers = { cookie: `${name}=nonsense` };
    const answer = await fetch(`${rp.base}/api/auth/signin`, { headers, redirect: "manual" });
    assert.deepEqual([answer.status, answer.headers.get("location")], [303, `${rp.base}/oauth2`]);
    assert.match(answer.headers.get("set-cookie") ?? "", new RegExp(`^${name}=; .*Max-Age=0`));
  });

  for (const action of ["signin/op", "signout", "callback/op", "session", "csrf", "_log"])
    test(`whose body is no JSON object is refused: ${action}`, async () => {
      for (const body of ["{", "null", "1"]) {
        const headers = { "content-type": "application/json", origin: new URL(rp.base).origin };
        const answer = await fetch(`${rp.base}/api/auth/${action}`, { method: "POST", body, headers });
        assert.equal(answer.status, 400, body);
        assert.match(await answer.text(), /is not a JSON object/);
      }
    });

  test("whose error no header can hold is refused", async () => {
    for (const error of ["%E4%BD%A0", "%ff", "a%00", "%0d%0aX:y", "%C3%A9"]) {
      const answer = await fetch(`${rp.base}/api/auth/error?error=${error}`, { redirect: "manual" });
      assert.equal(answer.status, 400, error);
    }
    const known = await fetch(`${rp.base}/api/auth/error?error=Callback`, { redirect: "manual" });
    assert.equal(known.status, 302);
  });
});
