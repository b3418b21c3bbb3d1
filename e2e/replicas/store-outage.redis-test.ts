/** An app whose Redis is down: it says so, loses nothing, and recovers. */

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createClient } from "@redis/client";
import { freePort } from "#lib/net/free-port.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { listen } from "../support/event-stream.ts";
import { assertAccepted, assertRefused, sendToken } from "../support/logout-requests.ts";
import { nextAuthSession, signInWithNextAuth } from "../support/next-auth.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, sessionOf, signIn } from "../support/sign-in.ts";
import { password, twoReplicas } from "./two-replicas.ts";

const { issuer, redis, a, b, wire, settings } = await twoReplicas();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const tokenFor = (who: object) => issuer.sign(issuer.logoutClaims({ ...who }));

/** Waits until the app's store is available again. */
async function healthy(rp: RpProcess): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await fetch(`${rp.base}/health`)).ok) {
    assert.ok(performance.now() < deadline, "it recovers within five seconds");
  }
}

test("every endpoint answers 503 with Retry-After during an outage, and no session is lost", async () => {
  const who = newUser();
  const browser = await signIn(issuer, a, who);
  const managed = await signInWithNextAuth(issuer, a, { claims: newUser() });
  const managedBefore = managed.cookieFor("/playground2");
  const stream = await listen(browser, a);
  await stream.next();
  const token = await tokenFor(who);
  await redis.kill();

  const began = performance.now();
  const refused = await sendToken(a, token);
  assert.ok(performance.now() - began < 2000, "it answers at once");
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal(((await refused.json()) as { error: string }).error, "temporarily_unavailable");
  for (const path of ["health", "session", "events", "fclogout", "oauth2client?code=c&state=s"]) {
    const answer = await browser.get(`${a.base}/${path}`);
    assert.equal(answer.status, 503, path);
    assert.ok(answer.headers.get("retry-after"), path);
    assert.match(answer.text, /session store does not answer/, path);
  }
  const session = await managed.get(`${a.base}/api/auth/session`);
  assert.equal(session.status, 503);
  assert.equal(managed.cookieFor("/playground2"), managedBefore, "next-auth did not delete its cookie");
  const form = await new HttpBrowser().post(`${a.base}/authorize`, {});
  assert.equal(form.status, 503);

  await redis.start();
  await healthy(a);
  assert.equal((await sessionOf(browser, a)).user, who.sub);
  assert.ok((await nextAuthSession(managed, a)).user);
  await assertAccepted(await sendToken(a, token));
  assert.equal((await stream.next()).data.loggedOutBy, "back-channel");
  stream.stop();
  await healthy(b);
  assert.ok(!a.output().includes(password) && !b.output().includes(password), "the password is not logged");
});

test("a logout that was answered 200 survives a crash of Redis and the app", async () => {
  const [ended, kept] = [newUser(), newUser()];
  const browser = await signIn(issuer, a, ended);
  const other = await signIn(issuer, a, kept);
  const running = await ask(issuer, a);
  const token = await tokenFor(ended);
  await assertAccepted(await sendToken(a, token));
  await redis.kill();
  await redis.start();
  await a.restart();
  await healthy(b);
  assert.equal((await sessionOf(browser, b)).loggedOutBy, "back-channel");
  assert.equal((await sessionOf(other, a)).user, kept.sub);
  await assertRefused(await sendToken(b, token));
  const id_token = await issuer.sign(issuer.idClaims({ nonce: running.nonce, ...ended }));
  const late = await running.browser.post(`${a.base}/oauth2client`, {
    state: running.state,
    id_token,
    iss: issuer.issuer,
  });
  assert.match(late.text, /The session ended while you were signing in/);
});

test("a logout token can be resent after Retry-After if Redis's reply was lost", async () => {
  const who = newUser();
  const browser = await signIn(issuer, b, who);
  const token = await tokenFor(who);
  await fetch(`${b.base}/bclogout`, { method: "POST" });
  const seen = wire.loseAnswerTo("evalsha");
  const first = await sendToken(b, token);
  await seen;
  assert.equal(first.status, 503);
  await healthy(b);
  assert.equal((await sessionOf(browser, b)).loggedOutBy, "back-channel", "it was processed anyway");
  // No event marks the end of this time; it is how long the OP is asked to wait.
  const patience = Number(first.headers.get("retry-after")) * 1000;
  await new Promise((resolve) => setTimeout(resolve, patience));
  await assertAccepted(await sendToken(a, token));
  await assertRefused(await sendToken(b, token));
});

test("a full Redis: what writes answers 503 with the reason, /health too, and nothing is lost", async (t) => {
  const who = newUser();
  const browser = await signIn(issuer, a, who);
  const token = await tokenFor(who);
  const admin = await createClient({ url: redis.url, password }).connect();
  t.after(() => admin.close());
  await admin.configSet("maxmemory", "1");
  const refused = await sendToken(a, token);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "5");
  assert.match(await refused.text(), /its memory is full/);
  const health = await browser.get(`${a.base}/health`);
  assert.deepEqual([health.status, health.headers.get("retry-after")], [503, "5"]);
  assert.equal((await new HttpBrowser().post(`${a.base}/authorize`, {})).status, 503);
  assert.equal((await sessionOf(browser, a)).user, who.sub, "what can be read is still true");
  await admin.configSet("maxmemory", "0");
  await healthy(a);
  await assertAccepted(await sendToken(a, token));
});

describe("an app that starts without Redis", () => {
  test("runs, reports it, and uses Redis as soon as it is up", async () => {
    await redis.kill();
    const port = await freePort();
    const url = `redis://:${password}@127.0.0.1:${redis.port}`;
    const urls = `http://localhost:${port}/playground2`;
    const late = await startRp({ ...settings, RP_BASE_URLS: urls, REDIS_URL: url }, "playground2", port, 503);
    after(() => late.stop());
    assert.equal((await fetch(`${late.base}/health`)).status, 503);
    await late.printed("The session store is unavailable.");
    await redis.start();
    await healthy(late);
    await late.printed("The session store is available.");
    assert.equal((await sessionOf(await signIn(issuer, late, newUser()), late)).since?.length, 24);
    assert.ok(!late.output().includes(password));
  });

  test("does not start with an invalid REDIS_URL, and does not repeat it", async () => {
    const wrong = `rediss//:${password}@localhost`;
    await assert.rejects(startRp({ ...settings, REDIS_URL: wrong }), (error: Error) => {
      assert.match(error.message, /REDIS_URL: must be redis:\/\//);
      assert.ok(!error.message.includes(password));
      return true;
    });
  });
});
