import assert from "node:assert/strict";
import { test } from "node:test";
import { Family, runToEnd } from "./whole-command.ts";

const times = (ppid: number, own: number, ofEnded = 0) => ({ ppid, own, ofEnded });

test("a family counts with those that have ended, whether or not their parent waited for them", () => {
  const family = new Family(10);
  family.see(
    new Map([
      [1, times(0, 100)],
      [10, times(1, 1)],
      [11, times(10, 2)],
      [12, times(11, 4)],
      [20, times(1, 50)],
    ]),
  );
  assert.equal(family.cpuSeconds(), 7);
  // 12 has ended and counts with 5 seconds at its parent, 13 is new.
  family.see(
    new Map([
      [10, times(1, 1)],
      [11, times(10, 2, 5)],
      [13, times(11, 1)],
    ]),
  );
  assert.equal(family.cpuSeconds(), 9);
  // 11 has ended, nothing has waited for it, and 13 has got another parent.
  family.see(
    new Map([
      [1, times(0, 100)],
      [10, times(1, 2)],
      [13, times(1, 3)],
    ]),
  );
  assert.equal(family.cpuSeconds(), 12);
});

test("a command is measured to its end, with what it starts", async () => {
  const busy = "for (const end = performance.now() + 600; performance.now() < end; );";
  const script = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(busy)}]); process.exit(3)`;
  const { seconds, cpuSeconds, exitCode } = await runToEnd(["-e", script], process.cwd());
  assert.equal(exitCode, 3);
  assert.ok(seconds >= 0.6, `${seconds} s`);
  assert.ok(cpuSeconds > 0, `${cpuSeconds} s`);
});
