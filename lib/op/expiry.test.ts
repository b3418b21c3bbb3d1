import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, mock } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { lockedByAnotherProcess } from "#lib/sqlite/testing/foreign-lock.ts";
import { expireSessions } from "./testing/expired-sessions.ts";
import { isSignedIn, opUnderTest, signIn, userinfoStatus } from "./testing/op-under-test.ts";

it("notifies the apps of a session that expires, and revokes its tokens", async () => {
  const directory = await mkdtemp(join(tmpdir(), "op-expiry-"));
  mock.timers.enable({ apis: ["setInterval"] }); // the OP sweeps every minute
  const op = await opUnderTest(directory);
  try {
    const [browser, other] = [new HttpBrowser(), new HttpBrowser()];
    const { claims, accessToken } = await signIn(op, browser, "photos");
    await signIn(op, other, "albums", "bob");

    expireSessions(directory, "alice");
    mock.timers.tick(60_000);
    await op.photos.received;

    assert.equal(decodeJwt(op.photos.logoutTokens[0] ?? "").sid, claims.sid);
    assert.equal(await userinfoStatus(op, accessToken), 401);
    assert.equal(await isSignedIn(op, browser), false);
    assert.equal(await isSignedIn(op, other), true);
    assert.equal(op.albums.logoutTokens.length, 0);
  } finally {
    mock.timers.reset();
    await op.close();
    await rm(directory, { recursive: true });
  }
});

it("notifies the apps at the next start of a session that expired while the OP was not running", async () => {
  const directory = await mkdtemp(join(tmpdir(), "op-expiry-"));
  const browser = new HttpBrowser();
  const before = await opUnderTest(directory);
  const { claims } = await signIn(before, browser, "photos");
  await before.close();
  expireSessions(directory, "alice");
  const op = await opUnderTest(directory, Number(new URL(before.origin).port));
  try {
    await op.photos.received;
    assert.equal(decodeJwt(op.photos.logoutTokens[0] ?? "").sid, claims.sid);
    assert.equal(await isSignedIn(op, browser), false);
  } finally {
    await op.close();
    await rm(directory, { recursive: true });
  }
});

it("survives a sweep that finds its store locked, and notifies the apps at the next", async () => {
  const directory = await mkdtemp(join(tmpdir(), "op-expiry-"));
  mock.timers.enable({ apis: ["setInterval"] });
  const op = await opUnderTest(directory);
  try {
    await signIn(op, new HttpBrowser(), "photos");
    expireSessions(directory, "alice");

    const lock = await lockedByAnotherProcess(join(directory, "op.sqlite"));
    mock.timers.tick(60_000);
    await lock.release();
    assert.equal(op.photos.logoutTokens.length, 0);

    mock.timers.tick(60_000);
    await op.photos.received;
    assert.equal(op.photos.logoutTokens.length, 1);
  } finally {
    mock.timers.reset();
    await op.close();
    await rm(directory, { recursive: true });
  }
});
