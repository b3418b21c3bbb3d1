/** A store that cannot be used while the OP runs. e2e/disk has a full disk. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { lockedByAnotherProcess } from "#lib/sqlite/testing/foreign-lock.ts";
import {
  authorizationUrl,
  isSignedIn,
  type OpUnderTest,
  opUnderTest,
  signIn,
} from "./testing/op-under-test.ts";
import { assertReturnedToClient, assertUnavailable, unavailableWhile } from "./testing/unavailable.ts";

describe("a store that cannot be used", () => {
  let folder: string;
  let op: OpUnderTest;
  let browser: HttpBrowser;
  const file = (name = "op.sqlite") => join(folder, name);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "op-store-"));
    op = await opUnderTest(folder);
    browser = new HttpBrowser();
    await signIn(op, browser, "photos");
  });
  afterEach(async () => {
    await op.close();
    rmSync(folder, { recursive: true });
  });

  it("because another process has locked it: 503 with Retry-After, the session stays, and it goes on", async () => {
    const lock = await lockedByAnotherProcess(file());
    await unavailableWhile(op, browser, /its file is locked by another program/);
    await assertReturnedToClient(op, /locked by another program/);
    await lock.release();
    assert.equal(await isSignedIn(op, browser), true);
    assert.equal(op.photos.logoutTokens.length, 0);
  });

  it("because its file was deleted: 503 with Retry-After for reading too, until it is back", async () => {
    renameSync(file(), file("away"));
    await unavailableWhile(op, browser, /its file was deleted or replaced while in use/);
    assertUnavailable(await browser.get(authorizationUrl(op)), /deleted or replaced/);
    assertUnavailable(await browser.get(`${op.origin}/sessions`), /deleted or replaced/);
    renameSync(file("away"), file());
    assert.equal(await isSignedIn(op, browser), true);
  });
});

describe("a store that cannot be used at start", () => {
  let folder: string;
  const file = (name = "op.sqlite") => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "op-store-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function start(): string {
    const env = { ...process.env, OP_PORT: "0", OP_DATA_DIR: folder };
    const { status, stderr } = spawnSync(process.execPath, ["lib/op/main.ts"], { env, encoding: "utf8" });
    assert.equal(status, 1);
    return stderr;
  }

  it("is named with what to do, and moved aside when asked", async () => {
    writeFileSync(file(), "garbage ".repeat(1000));
    const said = start();
    assert.match(
      said,
      /^The OpenID Provider cannot start: \S+op\.sqlite: the file is damaged[^\n]*REPLACE_BAD_STORE=true/,
    );
    assert.ok(said.includes(file()));
    const op = await opUnderTest(folder, 0, { settings: { REPLACE_BAD_STORE: "true" } });
    await signIn(op, new HttpBrowser(), "photos");
    await op.close();
    assert.match(readFileSync(file("op.sqlite.bad-1"), "utf8"), /^garbage/);
  });

  it("because another process has locked it: the OP says so", async () => {
    await (await opUnderTest(folder)).close();
    const lock = await lockedByAnotherProcess(file());
    assert.match(start(), /cannot start: \S+op\.sqlite: the file is locked by another program/);
    await lock.release();
  });
});
