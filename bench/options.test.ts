import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandLine, parseOptions } from "./options.ts";
import { rows } from "./rows/index.ts";

const names = rows.map(({ name }) => name);

test("by default all rows run in full, but those on request", () => {
  const only = rows.filter(({ onRequest }) => !onRequest).map(({ name }) => name);
  assert.deepEqual(parseOptions([]), { only, quick: false, compare: undefined, report: undefined });
  assert.ok(!only.includes("suite"));
  assert.deepEqual(parseOptions(["--only", "suite"]).only, ["suite"]);
});

test("every flag is read", () => {
  const argv = ["--only", `${names[0]}, ${names[1]}`, "--quick", "--compare", "HEAD~3", "--report", "out"];
  assert.deepEqual(parseOptions(argv), {
    only: names.slice(0, 2),
    quick: true,
    compare: "HEAD~3",
    report: "out",
  });
});

test("a wrong flag is a usage error that says what to write", () => {
  const wrong: [argv: string[], message: RegExp][] = [
    [["--only", "stored"], /^--only: stored is unknown; choose .*stores/],
    [["--only", ""], /^--only: {2}is unknown; choose /],
    [["--only"], /its value is missing; write --only ROW,ROW/],
    [["--quik"], /did you mean --quick\?/],
    [["--compare", ""], /^--compare: not a revision; give a commit, branch or tag/],
    [["--report", ""], /^--report: empty; give a folder/],
    [["stores"], /unexpected argument/],
  ];
  for (const [argv, message] of wrong)
    assert.throws(() => parseOptions(argv), { name: "UsageError", message }, argv.join(" "));
});

test("each row has a name of its own", () => {
  assert.deepEqual([...new Set(names)], names);
});

test("docs/apps/performance.md has the flags, and names no others", () => {
  const page = readFileSync("docs/apps/performance.md", "utf8");
  const { flags } = commandLine;
  const rowsOfTable = [...page.matchAll(/^\| `--([a-z]+(?: [^`]+)?)` \| /gm)].map(([, flag]) => flag);
  const wanted = Object.entries(flags).map(([name, flag]) =>
    "value" in flag ? `${name} ${flag.value}` : name,
  );
  assert.deepEqual(rowsOfTable.sort(), wanted.sort());
  for (const [line, name = ""] of page.matchAll(/npm run bench -- --([a-z]+)/g))
    assert.ok(Object.hasOwn(flags, name), line);
});
