import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import {
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  signIn,
} from "./testing/op-under-test.ts";

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

async function logOut(op: OpUnderTest, browser: HttpBrowser, idToken: string): Promise<string | undefined> {
  const wayBack = `${op.photos.base}/logout`;
  const question = await browser.get(
    logoutUrl(op, { id_token_hint: idToken, post_logout_redirect_uri: wayBack }),
  );
  return goOn(await browser.submit(question, { logout: "yes" })).location;
}

it("signs with a new key after a rotation, and accepts hints signed with the old, still published one", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "op-rotation-"));
  const first = await opUnderTest(directory);
  const browser = new HttpBrowser();
  const { idToken: hint } = await signIn(first, browser, "photos");
  await first.close();

  const port = Number(new URL(first.origin).port);
  const op = await opUnderTest(directory, port, { settings: { OP_ROTATE_KEYS: "true" } });
  t.after(async () => {
    await op.close();
    await rm(directory, { recursive: true });
  });
  const { idToken } = await signIn(op, browser, "photos");
  assert.notEqual(kidOf(idToken), kidOf(hint));
  for (const token of [hint, idToken]) await jwtVerify(token, op.jwks);
  assert.equal(await logOut(op, browser, hint), `${op.photos.base}/logout`);
  const [logoutToken = ""] = op.photos.logoutTokens;
  assert.equal(kidOf(logoutToken), kidOf(idToken));
  await jwtVerify(logoutToken, op.jwks);
  assert.equal(await isSignedIn(op, browser), false);
});
