import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("./slo-playground.mjs", import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [launcher, ...args], { encoding: "utf8" });

describe("slo-playground", () => {
  for (const args of [[], ["--help"], ["help"]]) {
    it(`lists its commands: ${args.join(" ") || "without any"}`, () => {
      const { status, stdout } = run(...args);
      assert.equal(status, 0);
      for (const command of ["demo", "register", "doctor", "check", "compare", "test", "build"])
        assert.match(stdout, new RegExp(`^  ${command} `, "m"));
    });
  }

  it("refuses an unknown command with exit code 2", () => {
    for (const name of ["frobnicate", "toString"]) {
      const { status, stdout, stderr } = run(name);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`^Unknown command ${name}\\.\\n\\nUsage: `));
    }
  });

  it("passes flags and exit codes on", () => {
    const { status, stderr } = run("demo", "--op-port", "x");
    assert.equal(status, 2);
    assert.match(stderr, /^--op-port: not a port number; give one from 1 to 65535\.\n$/m);
    assert.equal(run("test", "nonsense").status, 2);
  });

  it("exits with 2 if it cannot install: 1 is a verdict of these commands about an OpenID Provider", (t) => {
    const clone = mkdtempSync(join(tmpdir(), "clone-"));
    t.after(() => rmSync(clone, { recursive: true }));
    for (const folder of ["bin", "lib/prepare"])
      cpSync(fileURLToPath(new URL(`../${folder}`, import.meta.url)), join(clone, folder), {
        recursive: true,
      });
    writeFileSync(join(clone, "package-lock.json"), '{ "packages": {} }');
    const withoutNpm = { cwd: clone, encoding: "utf8", env: { NODE_ENV: "test" } } as const;
    for (const name of ["check", "compare", "doctor", "register"]) {
      const { status, stderr } = spawnSync(process.execPath, ["bin/slo-playground.mjs", name], withoutNpm);
      assert.match(stderr, /Installing dependencies .*: failed/s);
      assert.equal(status, 2, name);
    }
  });
});
