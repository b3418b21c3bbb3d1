/** What an OP answers while its store cannot be used. */
import assert from "node:assert/strict";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorizationUrl,
  logoutUrl,
  type OpUnderTest,
  register,
  responseOf,
} from "./op-under-test.ts";

export function assertUnavailable({ url, status, headers, text }: Visit, why: RegExp): void {
  assert.equal(status, 503, `${url}: ${text}`);
  assert.equal(headers.get("retry-after"), "5", url);
  assert.match(text, /temporarily_unavailable/);
  assert.match(text, why);
}

/** A client that is known gets the error (RFC 6749 4.1.2.1). */
export async function assertReturnedToClient(op: OpUnderTest, why: RegExp): Promise<void> {
  const answer = responseOf(await new HttpBrowser().get(authorizationUrl(op)));
  assert.equal(answer.get("error"), "temporarily_unavailable");
  assert.match(answer.get("error_description") ?? "", why);
}

/** Tries what a browser, a client and an administrator do. None of them gets 500.
 * @param browser in which a user is signed in */
export async function unavailableWhile(op: OpUnderTest, browser: HttpBrowser, why: RegExp): Promise<void> {
  assertUnavailable(await browser.get(logoutUrl(op, { client_id: "photos" })), why);
  const registered = await register(op, { redirect_uris: ["https://app.example/cb"] }, adminAuthorization);
  assert.equal(registered.status, 503, JSON.stringify(registered.body));
  assert.equal(registered.headers.get("retry-after"), "5");
  assert.equal(registered.body.error, "temporarily_unavailable");
}
