/** Every fault turns its check red. The stage embedded-check of `npm test` shows that all are green at the healthy OP,
 * without any warning. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { faults } from "#lib/op/faults/catalogue.ts";
import { catalogue } from "../catalogue/index.ts";
import type { Severity } from "../model/check.ts";
import { createOpMaker, type OpMaker } from "./broken-op.ts";
import { type BothBrowsers, closeBoth, launchBoth, verdictsOn, withWitnesses } from "./verdicts.ts";

/** How many checks run at the same time: they mostly wait. */
const concurrency = 4;

/** Tests of the faults whose check has one of these severities. */
export function everyFaultIsCaught(...severities: Severity[]): void {
  const weighty = new Set(
    catalogue.filter(({ severity }) => severities.includes(severity)).map(({ id }) => id),
  );
  const chosen = faults.filter(({ check }) => weighty.has(check));
  let [maker, browsers]: [OpMaker, BothBrowsers] = [] as never;
  before(async () => {
    [maker, browsers] = await Promise.all([createOpMaker(), launchBoth()]);
  });
  after(async () => {
    await closeBoth(browsers);
    maker.clear();
  });

  describe("every fault is caught", { concurrency }, () => {
    let caught = 0;
    const kind = severities.join(" and ");
    after(() => process.stdout.write(`faults: ${caught} of ${chosen.length} caught by ${kind} checks\n`));
    for (const { name, check, verdict = "fail" } of chosen) {
      test(`${name} by ${check}`, async () => {
        const op = await maker.start(name);
        const results = await verdictsOn(op, withWitnesses(check), browsers, 1);
        await op.close();
        const result = results.find(({ id }) => id === check);
        assert.equal(result?.verdict, verdict, result?.reason);
        assert.doesNotMatch(result?.reason ?? "", /It took longer than/, "a time limit, not the fault");
        caught += 1;
      });
    }
  });
}
