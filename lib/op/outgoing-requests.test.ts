import assert from "node:assert/strict";
import { it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { adminAuthorization, authorize, register, sharedOp } from "./testing/op-under-test.ts";

const op = await sharedOp();

it("sends a logout token to an app on loopback, but to no other internal address", async () => {
  const browser = new HttpBrowser();
  const { port } = new URL(op.albums.base);
  // Reaches this machine, but is not a loopback address.
  const inside = `http://0.0.0.0:${port}/bclogout`;
  for (const uri of [inside, `${op.photos.base}/bclogout`]) {
    const redirectUri = `${op.photos.base}/oauth2client`;
    const metadata = { redirect_uris: [redirectUri], backchannel_logout_uri: uri };
    const { body } = await register(op, metadata, adminAuthorization);
    await authorize(op, browser, { client_id: String(body.client_id) }, "admin");
  }
  const end = await browser.submit(await browser.get(`${op.origin}/oidc/logout`), { logout: "yes" });
  assert.equal(end.status, 303);
  assert.equal(op.photos.logoutTokens.length, 1);
  assert.equal(op.albums.logoutTokens.length, 0);

  const signInPage = await browser.get(`${op.origin}/sessions`);
  const answer = await browser.submit(signInPage, { username: "admin", password: "admin" });
  const { text } = await browser.follow(answer);
  assert.ok(text.includes(inside));
  assert.match(text, /hostname resolves to a special-use IP address/);
});
