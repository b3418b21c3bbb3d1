import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

  it("hands flags and exit codes through", () => {
    const { status, stderr } = run("demo", "--op-port", "x");
    assert.equal(status, 2);
    assert.match(stderr, /--op-port must be a port number from 1 to 65535\.\n$/);
    assert.equal(run("test", "nonsense").status, 2);
  });
});
