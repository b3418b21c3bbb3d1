import assert from "node:assert/strict";
import { it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { authorizationUrl, isSignedIn, logoutUrl, sharedOp, signIn } from "./testing/op-under-test.ts";

const op = await sharedOp();

it("does not accept a logout token as id_token_hint, although it is signed like an ID Token", async () => {
  const browser = new HttpBrowser();
  const { idToken } = await signIn(op, browser, "photos");
  const request = { post_logout_redirect_uri: `${op.photos.base}/logout` };
  const question = await browser.get(logoutUrl(op, { ...request, id_token_hint: idToken }));
  await browser.submit(question, { logout: "yes" });
  const [logoutToken = ""] = op.photos.logoutTokens;
  assert.notEqual(logoutToken, "");

  await signIn(op, browser, "photos");
  const logout = logoutUrl(op, { ...request, id_token_hint: logoutToken });
  const silent = authorizationUrl(op, { prompt: "none", id_token_hint: logoutToken });
  const answer = await browser.get(logout);
  assert.equal(answer.status, 400);
  assert.match(answer.text, /id_token_hint is not an ID Token but logout\+jwt/);
  const { location = "" } = await browser.get(silent);
  assert.equal(new URL(location).searchParams.get("error"), "invalid_request");
  assert.equal(await isSignedIn(op, browser), true);
});
