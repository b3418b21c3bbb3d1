/** docker-compose.yml before Compose's own eyes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { profiles } from "./compose-file.ts";
import { composeCommand } from "./lane.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "compose-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

let command: readonly string[];
before(() => {
  command = composeCommand() ?? [];
});

function config(...args: string[]) {
  const [file = "", ...first] = command;
  const { status, stdout, stderr } = spawnSync(file, [...first, ...args], { encoding: "utf8" });
  return { ok: status === 0, output: stdout + stderr };
}

for (const profile of [undefined, ...profiles]) {
  test(`Compose takes the file, ${profile ?? "without a profile"}`, () => {
    const flags = profile ? ["--profile", profile] : [];
    const { ok, output } = config(...flags, "config", "--quiet");
    assert.ok(ok, output);
  });
}

for (const [what, right, wrong] of [
  ["a misspelt key", "read_only:", "readonly:"],
  ["a condition that there is not", "condition: service_healthy", "condition: healthy"],
  ["a network of an unknown service", "network_mode: service:network", "network_mode: service:nobody"],
  ["a volume that is not declared", '"redis:/data"', '"valkey:/data"'],
] as const) {
  test(`Compose would see ${what}`, () => {
    const file = path.join(scratch, "docker-compose.yml");
    writeFileSync(file, readFileSync("docker-compose.yml", "utf8").replaceAll(right, wrong));
    assert.equal(config("--file", file, "--profile", "scale", "config", "--quiet").ok, false);
  });
}
