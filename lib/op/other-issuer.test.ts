import assert from "node:assert/strict";
import { it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { isSignedIn, opUnderTest, signIn } from "./testing/op-under-test.ts";

it("does not affect the session of an OP on another port of the same host, whose cookies it shares", async (t) => {
  const [here, there] = await Promise.all([opUnderTest(), opUnderTest()]);
  t.after(() => Promise.all([here.close(), there.close()]));
  const browser = new HttpBrowser();
  await signIn(here, browser, "photos");
  await signIn(there, browser, "photos");
  assert.equal(await isSignedIn(here, browser), true);

  const page = await browser.get(`${there.origin}/sessions`);
  await browser.submit(page, {});
  assert.equal(await isSignedIn(there, browser), false);
  assert.equal(await isSignedIn(here, browser), true);
  assert.equal(here.photos.logoutTokens.length, 0);
});
