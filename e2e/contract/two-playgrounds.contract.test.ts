/** Two playgrounds on one host: cookies ignore ports, and the apps of both have the same names and paths. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { nextAuthSession, signInWithNextAuth } from "../support/next-auth.ts";
import { startRp } from "../support/rp-process.ts";
import { ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp: one } = await appUnderTest();
const other = await startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true" });
after(() => other.stop());

describe("the same app of another playground, in one browser", () => {
  test("does not replace the session, nor end it", async () => {
    const browser = await signIn(issuer, one, { sub: "alice" });
    await signIn(issuer, other, { sub: "bob" }, {}, browser);
    assert.deepEqual(
      [(await sessionOf(browser, one)).user, (await sessionOf(browser, other)).user],
      ["alice", "bob"],
    );
    assert.equal((await browser.post(`${other.base}/reset`, {})).status, 303);
    assert.deepEqual(
      [(await sessionOf(browser, one)).user, (await sessionOf(browser, other)).user],
      ["alice", null],
    );
  });

  test("does not replace a session of next-auth", async () => {
    const browser = await signInWithNextAuth(issuer, one, { claims: { sub: "alice" } });
    await signInWithNextAuth(issuer, other, { claims: { sub: "bob" } }, browser);
    assert.equal((await nextAuthSession(browser, one)).user?.name, "alice");
    assert.equal((await nextAuthSession(browser, other)).user?.name, "bob");
  });

  test("does not drop an unfinished sign-in", async () => {
    const browser = new HttpBrowser();
    const asked = await ask(issuer, one, {}, browser);
    for (let n = 0; n < 12; n++) await ask(issuer, other, {}, browser);
    const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce }));
    assert.equal((await respondTo(asked, issuer, one, { id_token })).status, 303);
  });
});
