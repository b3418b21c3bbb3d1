import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cannotRunCode, exitCodes } from "./exit-codes.ts";

const launcher = readFileSync(new URL("../../bin/slo-playground.mjs", import.meta.url), "utf8");

test("the launcher knows the commands, and which of them exit with 2 when they cannot run", () => {
  for (const name of Object.keys(exitCodes))
    assert.match(launcher, new RegExp(`^  ${name}: \\(args\\) =>`, "m"));
  const [, judging = ""] = /^const judging = \[(.*)\];$/m.exec(launcher) ?? [];
  const expected = Object.entries(cannotRunCode).filter(([, code]) => code === 2);
  assert.deepEqual(
    JSON.parse(`[${judging}]`),
    expected.map(([name]) => name),
  );
});
