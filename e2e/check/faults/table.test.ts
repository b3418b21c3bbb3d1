import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { faults } from "#lib/op/faults/catalogue.ts";
import { catalogue } from "../catalogue/index.ts";
import { faultTable, readMeasured } from "./table.ts";

test("docs/faults.md has the table of the faults that there are, as they were measured", () => {
  const table = faultTable(readMeasured());
  assert.ok(readFileSync("docs/faults.md", "utf8").includes(`\n\n${table}\n\n`), table);
});

test("each fault is for a check of the catalogue, and was measured to turn it red", () => {
  const measured = readMeasured();
  for (const { name, check } of faults) {
    assert.ok(
      catalogue.some(({ id }) => id === check),
      `${name}: ${check}`,
    );
    assert.ok(!measured[name] || measured[name].split(" ").includes(check), `${name}: ${measured[name]}`);
  }
});
