import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { environment } from "#lib/config/env.ts";
import { hashOf } from "./hash.mjs";
import { isInstalled } from "./install.mjs";
import { takeLock, withLock } from "./lock.mjs";
import { projectNode, stripsTypes } from "./node.mjs";
import { root, runStep, StepFailed } from "./step.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "prepare-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the hash of inputs", () => {
  beforeEach(() => {
    mkdirSync(path.join(folder, "lib/op"), { recursive: true });
    writeFileSync(path.join(folder, "lib/a.ts"), "a");
    writeFileSync(path.join(folder, "lib/op/b.ts"), "b");
  });
  const hash = () => hashOf(folder, ["lib", "absent.json"], (name) => name !== "lib/op");

  it("changes with a file's content, name, and existence", () => {
    const first = hash();
    assert.equal(hash(), first);
    writeFileSync(path.join(folder, "lib/a.ts"), "A");
    const second = hash();
    writeFileSync(path.join(folder, "lib/c.ts"), "");
    const third = hash();
    writeFileSync(path.join(folder, "absent.json"), "");
    assert.equal(new Set([first, second, third, hash()]).size, 4);
  });

  it("ignores files that do not count", () => {
    const first = hash();
    writeFileSync(path.join(folder, "lib/op/b.ts"), "B");
    assert.equal(hash(), first);
  });
});

describe("the lock of a folder", () => {
  const lockFile = () => path.join(folder, "some", "prepare.lock");

  it("lets one run in at a time", async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = withLock(async () => {
      order.push("first in");
      await gate.promise;
      order.push("first out");
    }, lockFile());
    const second = withLock(async () => void order.push("second in"), lockFile());
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first in", "first out", "second in"]);
    assert.ok(!existsSync(lockFile()));
  });

  it("is free again after a failure", async () => {
    await assert.rejects(
      withLock(async () => Promise.reject(new Error("broken")), lockFile()),
      /broken/,
    );
    assert.ok(!existsSync(lockFile()));
  });

  it("is free if its process is gone", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    mkdirSync(path.dirname(lockFile()));
    writeFileSync(lockFile(), String(pid));
    const [holder] = (await withLock(async () => readFileSync(lockFile(), "utf8"), lockFile())).split("\n");
    assert.equal(holder, String(process.pid));
  });

  it("is free if another process has the number of its process now", async () => {
    const lock = await withLock(async () => readFileSync(lockFile(), "utf8"), lockFile());
    for (const left of [String(process.ppid), lock.replace(/^\d+/, String(process.ppid))]) {
      writeFileSync(lockFile(), left);
      assert.equal(await withLock(async () => "in", lockFile()), "in");
    }
  });

  it("is held as long as its process lives, and names it", async () => {
    const release = await takeLock(lockFile(), "something long");
    assert.ok(typeof release === "function");
    assert.deepEqual(await takeLock(lockFile()), { pid: process.pid, about: "something long" });
    release();
    assert.ok(typeof (await takeLock(lockFile())) === "function");
  });
});

describe("an installation", () => {
  const lock = (packages: object) => JSON.stringify({ packages });
  const wanted = {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/other-os": { version: "1.0.0", optional: true },
  };
  const installed = (packages: object) => {
    mkdirSync(path.join(folder, "node_modules"), { recursive: true });
    writeFileSync(path.join(folder, "node_modules", ".package-lock.json"), lock(packages));
    return isInstalled(folder);
  };

  it("by hand counts if every package has the wanted version", () => {
    assert.ok(!isInstalled(folder), "nothing is there at all");
    writeFileSync(path.join(folder, "package-lock.json"), lock(wanted));
    assert.ok(!isInstalled(folder), "nothing is installed");
    assert.ok(installed({ "node_modules/a": { version: "1.0.0" } }));
    assert.ok(!installed({ "node_modules/a": { version: "1.0.1" } }));
    assert.ok(!installed({}));
  });
});

describe("a step", () => {
  it("that fails shows the program's output", async () => {
    const program = { file: process.execPath, args: ["-e", "console.log('the reason'); process.exit(3)"] };
    await assert.rejects(runStep("Trying", program), (error) => {
      assert.ok(error instanceof StepFailed);
      assert.match(error.message, /the reason\nTrying: failed \(3\)\./);
      return true;
    });
  });

  it("whose program is missing says so", async () => {
    await assert.rejects(
      runStep("Trying", { file: "/no/such/program", args: [] }),
      /Trying: failed \(.*ENOENT\)/,
    );
  });
});

describe("the project's Node", () => {
  it("is the one that the tests run on", () => {
    const version = spawnSync(projectNode(), ["--version"], { encoding: "utf8" }).stdout.trim();
    assert.equal(version, process.version);
  });

  it("can be another one that runs TypeScript", () => {
    assert.deepEqual(["20.20.2", "22.13.0", "22.18.0", "23.0.0", "23.6.0", "24.0.0"].filter(stripsTypes), [
      "22.18.0",
      "23.6.0",
      "24.0.0",
    ]);
  });

  it("keeps what it compiles for the next start, in node_modules unless you choose another folder", () => {
    const launcher = `import { runWithProjectNode } from ${JSON.stringify(new URL("./node.mjs", import.meta.url))};
      await runWithProjectNode(["-p", "require('node:module').getCompileCacheDir()"]);`;
    const usedWith = (env: Record<string, string>) =>
      spawnSync(process.execPath, ["--input-type=module", "-e", launcher], {
        env: { ...environment(), NODE_COMPILE_CACHE: undefined, ...env },
        encoding: "utf8",
      }).stdout;
    assert.ok(usedWith({}).startsWith(path.join(root, "node_modules", ".cache")));
    assert.ok(usedWith({ NODE_COMPILE_CACHE: folder }).startsWith(folder));
  });
});
