/** A logout of two hundred apps, ten of which do not answer: those hold up neither the others nor the user. */
import assert from "node:assert/strict";
import { after, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { consentToAll, manyApps, settingOf, signInToAll } from "./testing/many-apps.ts";
import { killableOp } from "./testing/op-process.ts";

/** Without time limits for requests, waiting for an app that never answers never ends. */
const patient = "data:text/javascript,AbortSignal.timeout = () => new AbortController().signal";

it("notifies 190 living apps and sends the user back while five never answer and five are not running", async () => {
  const many = await manyApps({ silent: 5, refusing: 5, living: 190 });
  const op = await killableOp(settingOf(many));
  after(() => Promise.all([op.close(), many.close()]));
  consentToAll(op.directory, many);
  await op.start({ NODE_OPTIONS: `--import="${patient}"` });
  const browser = new HttpBrowser();
  await signInToAll(op.origin, browser, many);
  const question = await browser.get(`${op.origin}/oidc/logout`);
  const reached = many.apps.filter(({ kind }) => kind !== "refusing");
  const notified = many.until(() => reached.every(({ tokens }) => tokens === 1));
  const back = await browser.submit(question, { logout: "yes" });
  assert.match(back.text, /Logging out of your apps/);
  await notified;
  assert.equal(many.held.size, 5, "the OP has given up on none of the silent ones");
});
