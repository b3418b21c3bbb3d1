import assert from "node:assert/strict";
import { test } from "node:test";
import { megabytes } from "./memory.ts";

test("a figure of /proc is read in megabytes of a million bytes", () => {
  const status = "Name:\tnode\nVmHWM:\t  200000 kB\nVmRSS:\t  125000 kB\nThreads:\t11\n";
  assert.equal(megabytes(status, "VmRSS"), 128);
  assert.ok(Number.isNaN(megabytes(status, "VmSwap")));
});
