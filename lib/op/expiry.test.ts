import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { it, mock } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser } from "#lib/testing/http-browser.ts";
import { isSignedIn, opUnderTest, signIn, userinfoStatus } from "./testing/op-under-test.ts";

it("tells the apps of a session that expires, and takes its tokens back", async () => {
  const directory = await mkdtemp(join(tmpdir(), "op-expiry-"));
  mock.timers.enable({ apis: ["setInterval"] }); // the OP sweeps every minute
  const op = await opUnderTest(directory);
  try {
    const [browser, other] = [new HttpBrowser(), new HttpBrowser()];
    const { claims, accessToken } = await signIn(op, browser, "photos");
    await signIn(op, other, "albums", "bob");

    const database = new DatabaseSync(join(directory, "op.sqlite"));
    database.exec(`UPDATE artifact SET expires_at = 1 WHERE model = 'Session' AND payload LIKE '%"alice"%'`);
    database.close();
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
