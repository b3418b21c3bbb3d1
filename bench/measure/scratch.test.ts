import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { scratchFolder } from "./scratch.ts";

test("a folder is removed with all that is in it", () => {
  const { folder, remove } = scratchFolder();
  writeFileSync(join(folder, "file"), "");
  remove();
  assert.ok(!existsSync(folder));
});

test("one that is still there goes with the process", () => {
  const script = `import { scratchFolder } from "./bench/measure/scratch.ts";
    process.stdout.write(scratchFolder().folder); process.exit(130);`;
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  assert.equal(status, 130);
  assert.match(stdout, /bench-/);
  assert.ok(!existsSync(stdout));
});
