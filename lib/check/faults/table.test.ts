import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { faults } from "#lib/op/faults/catalogue.ts";
import { catalogue } from "../catalogue/index.ts";
import { faultTable, readMeasured } from "./table.ts";

test("docs/checking/faults.md has the table of all faults as measured", () => {
  const table = faultTable(readMeasured());
  assert.ok(readFileSync("docs/checking/faults.md", "utf8").includes(`\n\n${table}\n\n`), table);
});

/** A reader of a report looks for one cause, not for dozens. */
const handful = 5;

test("each fault names a check of the catalogue, and was measured to turn it and few others red", () => {
  const measured = readMeasured();
  for (const { name, check } of faults) {
    assert.ok(
      catalogue.some(({ id }) => id === check),
      `${name}: ${check}`,
    );
    const red =
      measured[name]?.split(" ") ?? assert.fail(`not measured: lib/check/faults/measure.ts ${name}`);
    assert.ok(red.includes(check), `${name}: ${red.join(" ")}`);
    assert.ok(red.length - 1 <= handful, `${name} turns too much red: ${red.join(" ")}`);
  }
});
