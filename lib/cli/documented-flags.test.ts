/** Every command line in the documentation and the scripts has flags that exist, and every table of flags has those of
 * `--help`. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
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

/** The code spans of the first column, in the section under this heading. */
function documented(file: string, heading: string): string[] {
  const [, section = ""] = readFileSync(file, "utf8").split(`\n${heading}\n`);
  const [own = ""] = section.split(/^## /m, 1);
  const cells = [...own.matchAll(/^\| (`.*?`) \| /gm)].map(([, cell = ""]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
}

describe("the table of flags", () => {
  const sections: [command: string, file: string, heading: string][] = [
    ...["demo", "register", "doctor"].map((command): [string, string, string] => [
      command,
      "docs/apps/own-idp.md",
      `## Flags of \`npm run ${command}\``,
    ]),
    ["check", "docs/checking/running.md", "## Flags"],
  ];
  for (const [command, file, heading] of sections)
    test(`of ${command} in ${file} has the flags and values of --help`, () => {
      const written = documented(file, heading).map((code) => code.replaceAll("\\|", "|"));
      const wanted = Object.entries(tables[command] ?? {}).map(([name, flag]) =>
        "value" in flag ? `--${name} ${flag.value}` : `--${name}`,
      );
      assert.deepEqual(written.toSorted(), [...wanted, "@FILE"].toSorted());
    });
});

test("the services of docker-compose.yml register with flags that exist", () => {
  const flags = [...readFileSync("docker-compose.yml", "utf8").matchAll(/^ {6}- --([a-z-]+)(?:=|$)/gm)];
  assert.ok(flags.length > 10);
  for (const [, name = ""] of flags) assert.ok(Object.hasOwn(register.flags, name), name);
});
