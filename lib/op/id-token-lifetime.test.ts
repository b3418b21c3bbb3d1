import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  register,
  signIn,
} from "./testing/op-under-test.ts";

describe("the lifetime of a client's ID Tokens", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest(":memory:", 0, { metadata: { id_token_lifetime: 2 } });
    browser = new HttpBrowser();
  });
  afterEach(async () => {
    mock.timers.reset();
    await op.close();
  });

  const lifetime = ({ iat = 0, exp = 0 }): number => exp - iat;

  it("is as registered; default: an hour", async () => {
    const { claims } = await signIn(op, browser, "photos");
    assert.equal(lifetime(claims), 2);
    const { claims: usual } = await signIn(op, browser, "albums");
    assert.equal(lifetime(usual), 3600);
  });

  it("does not affect a logout: the expired token is still a valid hint", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 600_000 });
    const request = { id_token_hint: idToken, post_logout_redirect_uri: `${op.photos.base}/logout` };
    const question = await browser.get(logoutUrl(op, request));
    const answer = goOn(await browser.submit(question, { logout: "yes" }));
    assert.equal(answer.location, request.post_logout_redirect_uri);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("is a whole number of seconds, at most a day", async () => {
    const redirect_uris = [`${op.photos.base}/oauth2client`];
    for (const id_token_lifetime of [0, -1, 1.5, "60", 86_401, null, true, {}]) {
      const { status, body } = await register(op, { redirect_uris, id_token_lifetime }, adminAuthorization);
      assert.equal(status, 400, String(id_token_lifetime));
      const message = "id_token_lifetime must be a whole number of seconds from 1 to 86400";
      assert.equal(body.error_description, message);
    }
    const { status, body } = await register(
      op,
      { redirect_uris, id_token_lifetime: 86_400 },
      adminAuthorization,
    );
    assert.equal(status, 201);
    assert.equal(body.id_token_lifetime, 86_400);
  });
});
