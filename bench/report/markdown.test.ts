import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reach } from "../row.ts";
import { markdownOf, rowMarkdown, tableMarkdown } from "./markdown.ts";

const reach: Reach = { what: "core / peer", bound: "at least", limit: 1.5, unit: "×", measured: 1.49 };
const row = { name: "receivers", title: "Receivers", tables: [], reaches: [reach], notes: [] };

test("a table is aligned, and a cell cannot break it", () => {
  const table = tableMarkdown({ title: "T", head: ["a", "figure"], rows: [["x|y\nz", "1"], ["long cell"]] });
  assert.equal(
    table,
    [
      "**T**",
      "",
      "| a         | figure |",
      "|-----------|--------|",
      "| x\\|y z    | 1      |",
      "| long cell |        |",
    ].join("\n"),
  );
});

test("a reach says whether it is met", () => {
  const wordOf = (changes: Partial<Reach>) =>
    rowMarkdown({ ...row, reaches: [{ ...reach, ...changes }] })
      .split("\n")
      .at(-2);
  assert.match(wordOf({}) ?? "", /^\| core \/ peer \| ≥ × 1\.50 \| × 1\.49 +\| not met \|$/);
  assert.match(wordOf({ measured: 1.5 }) ?? "", /\| × 1\.50 +\| met +\|$/);
  assert.match(wordOf({ bound: "at most" }) ?? "", /≤ × 1\.50 \| × 1\.49 +\| met +\|$/);
  assert.match(wordOf({ measured: undefined }) ?? "", /\| – +\| not measured \|$/);
  assert.match(wordOf({ unit: "ms", limit: 250, measured: 12.34 }) ?? "", /≥ 250 ms \| 12\.3 ms/);
});

test("errors come before notes", () => {
  const text = rowMarkdown({ ...row, notes: ["A note."], errors: ["1 request failed"] });
  assert.match(text, /\n- \*\*Error:\*\* 1 request failed\n- A note\.\n$/);
});

test("a report names the machine, and has every row with its notes", () => {
  const machine = {
    at: "2026-11-30T17:02:03.000Z",
    ...{
      revision: "abc1234",
      cores: 2,
      cpu: "EPYC",
      memoryGiB: 24,
      node: "24.21.0",
      load: 1.25,
      quick: true,
    },
  };
  const text = markdownOf({ machine, rows: [{ ...row, notes: ["Something\nis missing."] }] });
  const [first] = text.split("\n");
  assert.equal(
    first,
    "2026-11-30 17:02 UTC, revision abc1234: 2 cores (EPYC), 24 GiB, Node 24.21.0; load before: 1.3; --quick",
  );
  assert.match(text, /\n## Receivers \(`receivers`\)\n/);
  assert.match(text, /\n- Something is missing\.\n$/);
});
