import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuSeconds, parseStat, treeSeconds } from "./cpu.ts";

const stat = (name: string) =>
  `4711 (${name}) S 42 4711 4711 0 -1 4194304 100 200 0 0 250 50 30 20 20 0 11 0 8999 1000000 5000 0`;

test("the fields of /proc/PID/stat follow the last parenthesis: a name may have some too", () => {
  for (const name of ["node", "next-server (v16)", "a) S 1 1 (b"])
    assert.deepEqual(parseStat(stat(name)), { ppid: 42, own: 3, ofEnded: 0.5 });
});

test("a process counts with its descendants and with the children that it waited for, others do not", () => {
  const processes = new Map([
    [1, { ppid: 0, own: 100, ofEnded: 0 }],
    [10, { ppid: 1, own: 1, ofEnded: 0.5 }],
    [11, { ppid: 10, own: 2, ofEnded: 0 }],
    [12, { ppid: 11, own: 4, ofEnded: 0 }],
    [20, { ppid: 1, own: 50, ofEnded: 0 }],
  ]);
  assert.equal(treeSeconds(10, processes), 7.5);
  assert.equal(treeSeconds(99, processes), 0);
});

test("the CPU time of this process grows with its work", () => {
  const before = cpuSeconds(process.pid);
  const own = process.cpuUsage();
  let spent = { user: 0, system: 0 };
  while (spent.user + spent.system < 100_000) spent = process.cpuUsage(own);
  assert.ok(cpuSeconds(process.pid) - before > 0);
});

test("a process that is gone is an error", () => {
  assert.throws(() => cpuSeconds(2 ** 30), /has ended/);
});
