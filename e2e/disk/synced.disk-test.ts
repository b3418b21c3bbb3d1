/** What is on disk before a store answers: its system calls, counted by strace. A sync is the most that a process can do;
 * whether the device keeps its word is beyond any test here. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";

const folder = mkdtempSync(join(tmpdir(), "synced-"));
after(() => rmSync(folder, { recursive: true }));

/** Runs steps.ts under strace.
 * @returns for each step the number of its syncs, and whether something was written after the last of them */
async function trace(steps: string): Promise<Map<string, { syncs: number; unsynced: boolean }>> {
  const log = join(folder, `${steps}.strace`);
  const calls = "trace=fsync,fdatasync,pwrite64,write,ftruncate";
  await promisify(execFile)("strace", [
    ...["-f", "-y", "-s", "200", "-e", calls, "-o", log],
    ...[process.execPath, "e2e/disk/steps.ts", steps, join(folder, steps)],
  ]);
  const found = new Map<string, { syncs: number; unsynced: boolean }>();
  let step = { syncs: 0, unsynced: false };
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const marker = /write\(1<[^"]*"step ([\w ]+)\\n"/.exec(line)?.[1];
    if (marker) {
      step = { syncs: 0, unsynced: false };
      found.set(marker, step);
    } else if (/\b(fsync|fdatasync)\(\d+<[^>]*\.sqlite(-wal)?>/.test(line)) {
      step.syncs++;
      step.unsynced = false;
    } else if (/\bpwrite64\(\d+<[^>]*\.sqlite(-wal)?>/.test(line)) step.unsynced = true;
  }
  return found;
}

/** Steps that another party relies on once they are acknowledged, and steps that a user can simply repeat. */
const stores = {
  app: {
    durable: ["logout token", "front channel", "end", "reset", "registered client", "keys", "renewed login"],
    quick: ["login", "event", "form", "pending login"],
  },
  op: {
    durable: ["end", "app in a session", "keys", "client"],
    quick: ["code", "consent", "session in use"],
  },
};

for (const [name, { durable, quick }] of Object.entries(stores)) {
  describe(`before it answers, the store of the ${name}`, () => {
    const traced = trace(name);
    for (const step of durable) {
      test(`syncs once, after the last write: ${step}`, async () => {
        assert.deepEqual((await traced).get(step), { syncs: 1, unsynced: false });
      });
    }
    for (const step of quick) {
      test(`does not wait for the disk: ${step}`, async () => {
        assert.deepEqual((await traced).get(step), { syncs: 0, unsynced: true });
      });
    }
  });
}
