/** The embedded OP, in this process, with a full disk. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { isSignedIn, opUnderTest, signIn } from "#lib/op/testing/op-under-test.ts";
import { assertReturnedToClient, unavailableWhile } from "#lib/op/testing/unavailable.ts";
import { fillDisk, freeDisk } from "./full-disk.ts";

const folder = mkdtempSync(join(tmpdir(), "op-full-disk-"));
const op = await opUnderTest(folder);
after(async () => {
  await op.close();
  rmSync(folder, { recursive: true });
});

test("answers 503 with Retry-After, loses no session, and goes on when there is space again", async (t) => {
  const browser = new HttpBrowser();
  await signIn(op, browser, "photos");
  t.after(() => freeDisk(process.pid));
  fillDisk(process.pid);
  await unavailableWhile(op, browser, /its disk cannot be read or written, or its quota is used up/);
  await assertReturnedToClient(op, /its disk/);
  freeDisk(process.pid);
  assert.equal(await isSignedIn(op, browser), true);
});
