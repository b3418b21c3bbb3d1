import assert from "node:assert/strict";
import { type IncomingMessage, request } from "node:http";
import { beforeEach, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { formOf, HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { encryptedToOp } from "./testing/encrypting-client.ts";
import {
  authorizationUrl,
  authorize,
  goOn,
  isSignedIn,
  logoutUrl,
  responseOf,
  sharedOp,
} from "./testing/op-under-test.ts";

const kib = 1024;

const op = await sharedOp();

describe("an ID Token of several hundred groups", () => {
  let browser: HttpBrowser;
  let idToken: string;
  beforeEach(async () => {
    op.photos.logoutTokens.length = 0;
    browser = new HttpBrowser();
    const login = { response_type: "id_token", response_mode: "form_post", scope: "openid groups" };
    idToken = formOf(await authorize(op, browser, login, "grace")).fields.id_token ?? "";
  });

  const logout = (hint: string) => ({
    id_token_hint: hint,
    post_logout_redirect_uri: `${op.photos.base}/logout`,
    state: "s",
  });

  async function assertLogsOut(page: Visit): Promise<void> {
    assert.match(page.text, /<b>photos<\/b> asks to log out <b>grace<\/b>\./);
    const answer = goOn(await browser.submit(page, { logout: "yes" }));
    assert.equal(answer.location, `${op.photos.base}/logout?state=s`);
    assert.equal(op.photos.logoutTokens.length, 1);
    assert.equal(await isSignedIn(op, browser), false);
  }

  /** The headers of an answer may be larger than `fetch` accepts. */
  function answerTo(url: string): Promise<IncomingMessage> {
    const headers = { cookie: browser.cookieFor(new URL(url).pathname) };
    return new Promise((resolve, reject) => {
      request(url, { headers, maxHeaderSize: 64 * kib }, resolve)
        .on("error", reject)
        .end();
    });
  }

  it("has more than 16 KiB, in a form and in a fragment", async () => {
    const groups = decodeJwt(idToken).groups as string[];
    assert.ok(groups.length > 300);
    assert.ok(idToken.length >= 16 * kib, `${idToken.length} characters`);
    const url = authorizationUrl(op, { response_type: "id_token", scope: "openid groups", prompt: "none" });
    const { statusCode, headers } = await answerTo(url);
    assert.equal(statusCode, 303);
    const { hash } = new URL(headers.location ?? "");
    const fragment = new URLSearchParams(hash.slice(1));
    assert.deepEqual(decodeJwt(fragment.get("id_token") ?? "").groups, groups);
  });

  it("logs out by POST, even from another site", async () => {
    const endpoint = `${op.origin}/oidc/logout`;
    const handOn = await new HttpBrowser().post(endpoint, logout(idToken), "https://elsewhere.example");
    await assertLogsOut(await browser.submit(handOn, {}));
  });

  it("logs out by POST when it is encrypted", async () => {
    const hint = await encryptedToOp(op, idToken);
    await assertLogsOut(await browser.post(`${op.origin}/oidc/logout`, logout(hint), op.photos.base));
  });

  it("logs out by GET with a URL of 20 KiB", async () => {
    const url = `${logoutUrl(op, logout(idToken))}&ui_locales=`;
    await assertLogsOut(await browser.get(url.padEnd(20 * kib, "e")));
  });

  it("works as hint of a silent login, by GET and by POST", async () => {
    const url = authorizationUrl(op, { prompt: "none", scope: "openid groups", id_token_hint: idToken });
    assert.ok(responseOf(await browser.get(url)).has("code"));
    const { origin, pathname, searchParams } = new URL(url);
    const answer = await browser.post(
      `${origin}${pathname}`,
      Object.fromEntries(searchParams),
      op.photos.base,
    );
    assert.ok(responseOf(answer).has("code"));
  });

  it("has a limit: a URL of more than 64 KiB is refused, and the session continues", async () => {
    const { status } = await browser.get(logoutUrl(op, { state: "s".repeat(65 * kib) }));
    assert.equal(status, 431);
    assert.equal(await isSignedIn(op, browser), true);
  });
});
