/** docs/security-checklist.md names a test for each row: it exists, and has that name. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

const page = readFileSync("docs/security-checklist.md", "utf8");

/** The cells of each row that is no heading. */
const rows = page
  .split("\n")
  .filter((line) => /^\| (?!No\.|---)/.test(line))
  .map((line) => line.slice(1, -1).split("|"))
  .map((cells) => cells.map((cell) => cell.trim()));

/** The tests that a cell names: file and name. */
const testsIn = (cell: string): [file: string, name: string][] =>
  [...cell.matchAll(/`([^`]+)` \*([^*]+)\*/g)].map(([, file = "", name = ""]) => [file, name]);

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** By its call, or as one of a table whose keys are the names, which may be in a file that the test imports. */
function hasTest(file: string, name: string): boolean {
  const text = readFileSync(file, "utf8");
  if (new RegExp(`\\b(?:test|it)\\(\\s*(["\`])${escaped(name)}\\1`).test(text)) return true;
  const imported = [...text.matchAll(/ from "(\.[^"]+)"/g)].map(([, to = ""]) => join(dirname(file), to));
  const key = new RegExp(`^\\s*"${escaped(name)}": `, "m");
  return [file, ...imported].some((each) => key.test(readFileSync(each, "utf8")));
}

describe("each row of the security checklist", () => {
  test("has a number, what is asked for, where, and a test or the reason why not", () => {
    assert.ok(rows.length > 50, `${rows.length} rows`);
    for (const row of rows) {
      const [number, asked, where, proof = ""] = row;
      assert.equal(row.length, 4, row.join(" | "));
      assert.ok(number && asked, row.join(" | "));
      const isOpen = /^Not (met|applicable|tested)\b.*[:,]/.test(proof);
      assert.ok(isOpen || (where && testsIn(proof).length > 0), row.join(" | "));
    }
  });

  test("names files that exist", () => {
    const named = rows.flatMap(([, , where = ""]) => [...where.matchAll(/`([^`]+\/[^`]+)`/g)]);
    assert.ok(named.length > 50, `${named.length} files`);
    for (const [, file = ""] of named) assert.ok(existsSync(file), file);
  });

  test("names tests that exist", () => {
    const named = rows.flatMap(([, , , proof = ""]) => testsIn(proof));
    assert.ok(named.length > 60, `${named.length} tests`);
    const missing = named.filter(([file, name]) => !existsSync(file) || !hasTest(file, name));
    assert.deepEqual(missing, []);
  });

  test("of each chapter has all its numbers", () => {
    const numbers = rows.map(([number = ""]) => number);
    const covered = numbers.flatMap((number) => range(number));
    const requirements = {
      "10.1": 2,
      "10.2": 3,
      "10.3": 5,
      "10.4": 16,
      "10.5": 5,
      "10.6": 2,
      "10.7": 3,
      "4": 17,
    };
    for (const [chapter, last] of Object.entries(requirements))
      for (let n = 1; n <= last; n++) assert.ok(covered.includes(`${chapter}.${n}`), `${chapter}.${n}`);
  });
});

/** `10.3.1 to 10.3.3` and `2.1, 4.7` as single numbers. */
function range(written: string): string[] {
  const [, chapter = "", from, to] = /^([\d.]+)\.(\d+) to \1\.(\d+)$/.exec(written) ?? [];
  if (from === undefined) return written.split(", ");
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => `${chapter}.${Number(from) + n}`);
}
