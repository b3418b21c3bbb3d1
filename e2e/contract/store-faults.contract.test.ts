/** An app whose SQLite file is locked, deleted or bad. e2e/disk has a full disk. */
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { lockedByAnotherProcess } from "#lib/sqlite/testing/foreign-lock.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();
const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const tokenFor = (who: object) => issuer.sign(issuer.logoutClaims({ ...who }));
const fileOf = ({ data }: RpProcess) => join(data, "playground2.sqlite");

async function assertUnavailable(response: Response, why: RegExp): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, 503, text);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.match(text, why);
  assert.ok(!text.includes(rp.data), "it names no file");
}

test("a lock of another program delays no request: logouts get 503 at once, reads go on, nothing is lost", async () => {
  const who = newUser();
  const browser = await signIn(issuer, rp, who);
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => tokenFor(n ? newUser() : who)));
  const lock = await lockedByAnotherProcess(fileOf(rp));
  const began = performance.now();
  const [logouts, reads] = await Promise.all([
    Promise.all(tokens.map((token) => sendToken(rp, token))),
    Promise.all(tokens.map(() => sessionOf(browser, rp))),
  ]);
  const took = Math.round(performance.now() - began);
  for (const logout of logouts) await assertUnavailable(logout, /its file is locked by another program/);
  assert.deepEqual(new Set(reads.map(({ user }) => user)), new Set([who.sub]));
  await assertUnavailable(await fetch(`${rp.base}/health`), /locked by another program/);
  assert.ok(took < 15_000, `${took} ms`); // 44 s where each write waits for the lock, about one where none does
  await rp.printed(`${fileOf(rp)}: the file is locked by another program`);
  await lock.release();
  for (const token of tokens) await assertAccepted(await sendToken(rp, token));
  assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
});

test("a file that is deleted while in use: nothing is answered from it, and it works again once it is back", async () => {
  const who = newUser();
  const browser = await signIn(issuer, rp, who);
  const token = await tokenFor(who);
  renameSync(fileOf(rp), `${fileOf(rp)}.away`);
  const why = /session store does not answer: its file was deleted or replaced while in use/;
  await assertUnavailable(await fetch(`${rp.base}/health`), why);
  await assertUnavailable(await sendToken(rp, token), why);
  const cookie = browser.cookieFor("/playground2");
  await assertUnavailable(await fetch(`${rp.base}/session`, { headers: { cookie } }), why);
  for (const page of ["", "oauth2", "photos", "registration", "doctor"]) {
    const answer = await fetch(`${rp.base}/${page}`, { headers: { cookie } });
    assert.equal(answer.headers.get("refresh"), "5", "it reloads itself");
    await assertUnavailable(answer, why);
  }
  await rp.printed(`${fileOf(rp)}: the file was deleted or replaced while in use`);
  renameSync(`${fileOf(rp)}.away`, fileOf(rp));
  assert.equal((await sessionOf(browser, rp)).user, who.sub);
  await assertAccepted(await sendToken(rp, token));
  await rp.restart();
  assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
});

describe("a store file that cannot be used at start", () => {
  /** Starts an app on the data of the one under test, which is not running. */
  const startOn = (settings: Record<string, string> = {}) =>
    startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true", DATA_DIR: rp.data, ...settings });

  const refuses = (says: RegExp) => (error: Error) => {
    assert.match(error.message, /the app ended with 1/);
    assert.match(error.message, says);
    assert.ok(error.message.includes(`${fileOf(rp)}: the file`), error.message);
    assert.doesNotMatch(error.message, /\n\s+at /, "no stack");
    return true;
  };

  test("is named with what to do: it is locked", async () => {
    await rp.stopProcess();
    const lock = await lockedByAnotherProcess(fileOf(rp), "exclusive");
    await assert.rejects(
      startOn(),
      refuses(/is locked by another program.*end the program that has the file open/),
    );
    await lock.release();
  });

  test("is named with what to do, and moved aside only when asked: it is damaged", async () => {
    await rp.stopProcess();
    writeFileSync(fileOf(rp), "garbage ".repeat(1000));
    for (const ending of ["-wal", "-shm"]) rmSync(fileOf(rp) + ending, { force: true }); // they could repair it
    await assert.rejects(
      startOn(),
      refuses(/is damaged, or is no SQLite database.*set REPLACE_BAD_STORE=true/),
    );
    const app = await startOn({ REPLACE_BAD_STORE: "true" });
    after(() => app.stop());
    await app.printed(
      `${fileOf(rp)} could not be used: it is now ${fileOf(rp)}.bad-1, and a new one has begun.`,
    );
    const who = newUser();
    assert.equal((await sessionOf(await signIn(issuer, app, who), app)).user, who.sub);
    assert.match(readFileSync(`${fileOf(rp)}.bad-1`, "utf8"), /^garbage/);
  });
});
