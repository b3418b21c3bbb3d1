import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formOf, HttpBrowser } from "./http-browser.ts";

/** A browser whose every request is answered with these cookies and this page, and the Cookie headers that it sent. */
function browserWith(setCookies: string[], page = "") {
  const sent: (string | null)[] = [];
  const send: typeof fetch = async (_url, init) => {
    sent.push(new Headers(init?.headers).get("cookie"));
    return new Response(page, { headers: setCookies.map((line) => ["set-cookie", line]) });
  };
  return { browser: new HttpBrowser(send), sent };
}

const expired = "gone=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

describe("the cookies of the browser", () => {
  test("go to their host and path, whatever the port, and to no other", async () => {
    const { browser } = browserWith(["app=1; Path=/app; HttpOnly; SameSite=Lax", "all=2; Path=/", expired]);
    await browser.get("http://localhost:8080/app/sign-in");
    assert.equal(browser.cookieFor("http://localhost:9443/app"), "app=1; all=2");
    assert.equal(browser.cookieFor("/application"), "all=2");
    assert.equal(browser.cookieFor("http://op.example/app"), "");
  });

  test("that are Secure go to localhost and to https alone", async () => {
    const { browser } = browserWith(["a=1; Secure; Path=/"]);
    await browser.get("https://op.example/");
    assert.equal(browser.cookieFor("https://op.example/"), "a=1");
    assert.equal(browser.cookieFor("http://op.example/"), "");
    await browser.get("http://localhost:1/");
    assert.equal(browser.cookieFor("/"), "a=1");
  });

  test("are ignored where they are for another site", async () => {
    const { browser } = browserWith(["a=1; Domain=other.example", "=; ;"]);
    await browser.get("http://localhost:1/");
    assert.equal(browser.cookieFor("/"), "");
  });

  test("are a copy's own from then on", async () => {
    const { browser, sent } = browserWith(["a=1; Path=/"]);
    const copy = browser.copy();
    await browser.get("http://localhost:1/");
    await copy.get("http://localhost:1/");
    await copy.get("http://localhost:1/");
    assert.deepEqual(sent, ["", "", "a=1"]);
  });
});

test("a form is sent with its fields, unescaped", async () => {
  const page =
    '<form action="/next?a=1&amp;b=2"><input name="t" value="&quot;x&quot;"><input name="u"></form>';
  const { browser } = browserWith([], page);
  const visit = await browser.get("http://localhost:1/here");
  assert.deepEqual(formOf(visit), { action: "/next?a=1&b=2", fields: { t: '"x"', u: "" } });
  assert.equal((await browser.submit(visit, { u: "v" })).url, "http://localhost:1/next?a=1&b=2");
});
