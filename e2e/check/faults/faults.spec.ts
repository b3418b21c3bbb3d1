/** Every fault turns the check red that is named for it; that check is green on the healthy OP. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { faults } from "#lib/op/faults/catalogue.ts";
import { type Browsers, launch } from "../browsers.ts";
import type { CheckResult } from "../check.ts";
import { createOpMaker, type OpMaker } from "./broken-op.ts";
import { verdictsOn } from "./verdicts.ts";

/** OPs at the same time: most of what a check takes is waiting. */
const CONCURRENCY = 3;

/** Judges what other checks have seen, so that these have to run before it. */
const WITNESSES: Readonly<Record<string, readonly string[]>> = {
  "D-07": ["R-01", "B-01", "F-01", "F-02", "F-03", "S-05"],
};

let [maker, browsers]: [OpMaker, Browsers] = [] as never;
before(async () => {
  [maker, browsers] = await Promise.all([createOpMaker(), launch("cookies-allowed", false)]);
});
after(async () => {
  await browsers.close();
  maker.clear();
});

async function verdictOf(id: string, ...names: string[]): Promise<CheckResult> {
  const op = await maker.start(...names);
  try {
    const results = await verdictsOn(op.issuer, [...(WITNESSES[id] ?? []), id], browsers);
    return results.find((result) => result.id === id) as CheckResult;
  } finally {
    await op.close();
  }
}

describe("the healthy OP", { concurrency: CONCURRENCY }, () => {
  for (const id of new Set(faults.map(({ check }) => check))) {
    test(`does well in ${id}`, async () => {
      const { verdict, reason } = await verdictOf(id);
      assert.match(verdict, /pass|warn|info/, reason);
    });
  }
});

describe("every fault is caught", { concurrency: CONCURRENCY }, () => {
  let caught = 0;
  after(() => process.stdout.write(`faults: ${caught} of ${faults.length} caught\n`));
  for (const { name, check, verdict: expected = "fail" } of faults) {
    test(`${name} by ${check}`, async () => {
      const { verdict, reason } = await verdictOf(check, name);
      assert.equal(verdict, expected, reason);
      caught += 1;
    });
  }
});
