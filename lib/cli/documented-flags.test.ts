/** Every command line in the documentation and the scripts has flags that exist. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { commandLine as check } from "#lib/check/run/options.ts";
import { commandLine as demo } from "#lib/demo/options.ts";
import { commandLine as doctor } from "#lib/doctor/options.ts";
import { commandLine as register } from "#lib/register/options.ts";
import type { FlagTable } from "./flags.ts";

const tables: Record<string, FlagTable> = {
  demo: demo.flags,
  register: register.flags,
  doctor: doctor.flags,
  check: check.flags,
};
const call =
  /(?:npm run (demo|register|doctor|check) -- |slo-playground (demo|register|doctor|check) )([^`\n]*)/g;
const files = ["README.md", ...globSync("docs/**/*.md"), "docker-compose.yml"];

for (const file of files) {
  // A backslash continues a line.
  const text = readFileSync(file, "utf8").replaceAll(/\\\n\s*/g, " ");
  const lines = [...text.matchAll(call)];
  if (lines.length === 0) continue;
  test(`${file} names flags that exist`, () => {
    for (const [line, viaNpm, direct, rest = ""] of lines) {
      const flags = tables[viaNpm ?? direct ?? ""] ?? {};
      for (const [, name = ""] of rest.matchAll(/(?:^|\s)--([a-z][a-z-]*)/g))
        assert.ok(name === "help" || Object.hasOwn(flags, name), `--${name} in: ${line}`);
    }
  });
}

test("the services of docker-compose.yml register with flags that exist", () => {
  const flags = [...readFileSync("docker-compose.yml", "utf8").matchAll(/^ {6}- --([a-z-]+)(?:=|$)/gm)];
  assert.ok(flags.length > 10);
  for (const [, name = ""] of flags) assert.ok(Object.hasOwn(register.flags, name), name);
});
