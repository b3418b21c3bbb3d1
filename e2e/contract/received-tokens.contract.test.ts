/** Received logout tokens on the pages: raw and decoded, for those who may read them. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { freePort } from "#lib/net/free-port.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, assertRefused, sendToken } from "../support/logout-requests.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const port = await freePort();
const exposed = await startRp(
  {
    OP_ISSUER: issuer.issuer,
    RP_BASE_URLS: `http://localhost:${port}/playground2,https://rp.example/playground2`,
  },
  "playground2",
  port,
);
after(() => exposed.stop());

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: crypto.randomUUID() });

const pageOf = async (app: RpProcess, browser = new HttpBrowser(), path = "/") =>
  (await browser.get(app.base + path)).text.replaceAll("<!-- -->", "");

describe("an app on this machine only shows each logout token, raw and decoded", () => {
  test("an accepted one, on the start page and below the form", async () => {
    const who = newUser();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims(who));
    await assertAccepted(await sendToken(rp, token));
    for (const path of ["/", "/oauth2"]) {
      const page = await pageOf(rp, new HttpBrowser(), path);
      assert.ok(page.includes(token), path);
      assert.match(page, new RegExp(`<code>sid</code></th><td class="mono">${who.sid}`), path);
    }
    assert.ok(!rp.output().includes(token.split(".")[1] as string), "the log lacks it");
  });

  test("a refused one, while the user is still logged in", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims({ ...who, aud: "playground3" }));
    await assertRefused(await sendToken(rp, token));
    const page = await pageOf(rp, browser, "/oauth2");
    assert.ok(page.includes(token));
    assert.match(page, /your back-channel URLs are crossed/);
    assert.match(page, /<code>aud<\/code><\/th><td class="mono">playground3/);
  });

  test("one that is no JWT: raw, with markup escaped", async () => {
    await assertRefused(await sendToken(rp, encodeURIComponent("<b>rubbish</b>")));
    const page = await pageOf(rp);
    assert.match(page, /&lt;b&gt;rubbish&lt;\/b&gt;/);
    assert.match(page, /It cannot be decoded/);
  });

  test("not one of more than 8,192 characters, which it does not keep", async () => {
    await assertRefused(await sendToken(rp, "x".repeat(8193)));
    assert.match(await pageOf(rp), /too long to keep/);
  });
});

describe("an app that others reach shows a logout token to the browser whose session it names", () => {
  test("an accepted one, after the session has ended", async () => {
    const who = newUser();
    const browser = await signIn(issuer, exposed, who);
    const token = await issuer.sign(issuer.logoutClaims(who));
    await assertAccepted(await sendToken(exposed, token));
    assert.ok((await pageOf(exposed, browser)).includes(token));
    await assertHidden(token, who);
  });

  test("a refused one, while the session lives", async () => {
    const who = newUser();
    const browser = await signIn(issuer, exposed, who);
    const token = await issuer.sign(issuer.logoutClaims({ ...who, aud: "playground3" }));
    await assertRefused(await sendToken(exposed, token));
    assert.ok((await pageOf(exposed, browser)).includes(token));
    await assertHidden(token, who);
  });

  async function assertHidden(token: string, { sub, sid }: { sub: string; sid: string }): Promise<void> {
    for (const other of [new HttpBrowser(), await signIn(issuer, exposed, newUser())]) {
      const page = await pageOf(exposed, other);
      assert.match(page, /only the browser whose session it names/);
      for (const secret of [token, sub, sid]) assert.ok(!page.includes(secret));
    }
  }
});
