/** An app whose disk is full: it says so, loses nothing, and continues when there is space again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { nextAuthSession, signInWithNextAuth } from "../support/next-auth.ts";
import { formFor, sessionOf, signIn } from "../support/sign-in.ts";
import { fillDisk, freeDisk } from "./full-disk.ts";

const { issuer, rp } = await appUnderTest();
const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const unavailable = /session store does not answer: its disk .* continues by itself/s;

function assertUnavailable({ url, status, headers, text }: Visit): void {
  assert.equal(status, 503, `${url}: ${text}`);
  assert.equal(headers.get("retry-after"), "5", url);
  assert.match(text, unavailable, url);
}

test("everything that writes answers 503 with Retry-After, and nothing is lost", async () => {
  const who = newUser();
  const browser = await signIn(issuer, rp, who);
  const managed = await signInWithNextAuth(issuer, rp, { claims: newUser() });
  const token = await issuer.sign(issuer.logoutClaims(who));
  fillDisk(rp.pid());

  const refused = await sendToken(rp, token);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "5");
  const { error, error_description } = (await refused.json()) as Record<string, string>;
  assert.equal(error, "temporarily_unavailable");
  assert.match(error_description ?? "", unavailable);

  const named = new URLSearchParams({ iss: issuer.issuer, sid: who.sid });
  assertUnavailable(await browser.get(`${rp.base}/fclogout?${named}`));
  assertUnavailable(await browser.get(`${rp.base}/health`));
  assertUnavailable(await browser.post(`${rp.base}/reset`, {}));
  assertUnavailable(await browser.post(`${rp.base}/logout`, { scope: "here" }));
  assertUnavailable(await browser.post(`${rp.base}/mechanisms`, {}));
  assertUnavailable(await new HttpBrowser().post(`${rp.base}/authorize`, formFor(issuer, rp)));
  assert.equal((await sessionOf(browser, rp)).user, who.sub, "what can be read is still true");

  const before = managed.cookieFor("/playground2");
  assertUnavailable(await signOutWithNextAuth(managed));
  assert.equal(managed.cookieFor("/playground2"), before, "next-auth did not delete its cookie");

  await rp.printed(`${rp.data}/playground2.sqlite: the disk`);
  freeDisk(rp.pid());
  assert.equal((await browser.get(`${rp.base}/health`)).status, 200);
  await rp.printed("The session store is available.");
  assert.ok((await nextAuthSession(managed, rp)).user);
  assert.equal((await signOutWithNextAuth(managed)).status, 302);
  await assertAccepted(await sendToken(rp, token));
  assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
});

async function signOutWithNextAuth(browser: HttpBrowser): Promise<Visit> {
  const { text } = await browser.get(`${rp.base}/api/auth/csrf`);
  const { csrfToken } = JSON.parse(text) as { csrfToken: string };
  return browser.post(`${rp.base}/api/auth/signout`, { csrfToken });
}
