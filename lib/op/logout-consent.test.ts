import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { encryptedToOp, encryptingClient } from "./testing/encrypting-client.ts";
import {
  adminAuthorization,
  authorize,
  basic,
  browserStateOf,
  clientSecret,
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  register,
  responseOf,
  signIn,
  tokenRequest,
  userinfoStatus,
} from "./testing/op-under-test.ts";

describe("a client whose logout consent is skipped", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest(":memory:", 0, { metadata: { skip_logout_consent: true } });
    browser = new HttpBrowser();
  });
  afterEach(async () => {
    mock.timers.reset();
    await op.close();
  });

  const request = (more: Record<string, string>) => ({
    post_logout_redirect_uri: `${op.photos.base}/logout`,
    state: "s",
    ...more,
  });
  const askedToLogOut = (more: Record<string, string>): Promise<Visit> =>
    browser.get(logoutUrl(op, request(more)));

  async function assertEnded(page: Visit): Promise<void> {
    assert.doesNotMatch(page.text, /Do you want to log out/);
    assert.equal(goOn(page).location, `${op.photos.base}/logout?state=s`);
    assert.equal(browserStateOf(browser), undefined);
    assert.doesNotMatch(browser.cookieFor("/"), /op\.session/);
    assert.equal(await isSignedIn(op, browser), false);
  }

  it("ends the session at once, as Yes does: apps notified, tokens revoked, frames, back to the app", async () => {
    const { idToken, claims, accessToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const elsewhere = browser.copy();
    const page = await askedToLogOut({ id_token_hint: idToken });
    await assertEnded(page);
    for (const { base, logoutTokens } of [op.photos, op.albums]) {
      assert.equal(logoutTokens.length, 1);
      assert.equal(decodeJwt(logoutTokens[0] ?? "").sid, claims.sid);
      assert.match(page.text, new RegExp(`<iframe[^>]* src="${base}/fclogout\\?iss=`));
    }
    assert.equal(await userinfoStatus(op, accessToken), 401);
    assert.equal(await isSignedIn(op, elsewhere), false);
  });

  it("does so by POST too, even from another site, and with the encrypted ID Token", async () => {
    const endpoint = `${op.origin}/oidc/logout`;
    const { idToken } = await signIn(op, browser, "photos");
    const handOn = await new HttpBrowser().post(
      endpoint,
      request({ id_token_hint: idToken }),
      "https://elsewhere.example",
    );
    await assertEnded(await browser.submit(handOn, {}));
    const next = await signIn(op, browser, "photos");
    const hint = await encryptedToOp(op, next.idToken);
    await assertEnded(await browser.post(endpoint, request({ id_token_hint: hint }), op.photos.base));
  });

  it("does so with an expired ID Token", async () => {
    const { idToken, claims } = await signIn(op, browser, "photos");
    const later = ((claims.exp ?? 0) + 60) * 1000;
    mock.timers.enable({ apis: ["Date"], now: later });
    await assertEnded(await askedToLogOut({ id_token_hint: idToken }));
  });

  it("does so if it registered itself, and redirects at once if no app has a frame", async () => {
    const client = await encryptingClient(op, { alg: "RSA-OAEP", enc: "A128GCM" }, (jwk) => ({
      jwks: { keys: [jwk] },
      skip_logout_consent: true,
    }));
    const login = { client_id: client.clientId, response_type: "id_token" };
    const encrypted = responseOf(await authorize(op, browser, login)).get("id_token") ?? "";
    const { content } = await client.decrypt(encrypted);
    const answer = await askedToLogOut({ id_token_hint: content });
    assert.equal(answer.status, 303);
    assert.equal(answer.location, `${op.photos.base}/logout?state=s`);
    assert.equal(await isSignedIn(op, browser), false);
    assert.equal(op.photos.logoutTokens.length, 1);
  });

  it("still asks unless the hint is signed, for this client and from this session", async () => {
    const { idToken: elsewhere } = await signIn(op, new HttpBrowser(), "photos");
    const { idToken: ofBob } = await signIn(op, new HttpBrowser(), "photos", "bob");
    const fields = { grant_type: "password", username: "alice", password: "alice", scope: "openid" };
    const tokens = await tokenRequest(op, fields, basic("photos", clientSecret));
    const { id_token: withoutSid } = (await tokens.json()) as { id_token: string };
    const { claims } = await signIn(op, browser, "photos");
    const { idToken: ofAlbums } = await signIn(op, browser, "albums");
    const requests: Record<string, Record<string, string>> = {
      "another session of the user": { id_token_hint: elsewhere },
      "another user": { id_token_hint: ofBob },
      "no session": { id_token_hint: withoutSid },
      "a client without the setting": {
        id_token_hint: ofAlbums,
        post_logout_redirect_uri: `${op.albums.base}/logout`,
      },
      "unsigned claims": { id_token_hint: await encryptedToOp(op, claims) },
      "no hint": { client_id: "photos" },
      "only a logout_hint": { client_id: "photos", logout_hint: "alice" },
    };
    for (const [hint, more] of Object.entries(requests)) {
      assert.match((await askedToLogOut(more)).text, /Do you want to log out\?/, hint);
    }
    const ofAnother = await askedToLogOut({ id_token_hint: ofAlbums, client_id: "photos" });
    assert.equal(ofAnother.status, 400);
    assert.equal(op.photos.logoutTokens.length, 0);
    assert.equal(await isSignedIn(op, browser), true);
  });

  it("must register it as a boolean", async () => {
    for (const skip_logout_consent of ["true", 1, null, {}]) {
      const metadata = { redirect_uris: [`${op.photos.base}/oauth2client`], skip_logout_consent };
      const { status, body } = await register(op, metadata, adminAuthorization);
      assert.equal(status, 400, String(skip_logout_consent));
      assert.equal(body.error_description, "skip_logout_consent must be a boolean");
    }
  });
});
