/** None of the demo's processes survives it. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isAlive, type Program, runProgram, until } from "#lib/cli/testing/program.ts";
import { freePort } from "#lib/net/free-port.ts";
import { takenPort } from "./testing/fake-process.ts";

interface Running {
  program: Program;
  ports: number[];
  pids: number[];
}

async function startFakeDemo(): Promise<Running> {
  const ports = [await freePort(), await freePort()];
  const program = runProgram(["lib/demo/testing/fake-demo.ts", ...ports.map(String)]);
  const [, json = ""] = await program.printed(/^(\{"pids".*\})$/m);
  const { pids } = JSON.parse(json) as { pids: number[] };
  return { program, ports, pids };
}

const allGone = ({ pids }: Running) =>
  until(() => !pids.some(isAlive), `the end of the processes ${pids.join(", ")}`);

describe("the end of the demo", { concurrency: true }, () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`is orderly on ${signal}: exit code 0, no process left`, async () => {
      const demo = await startFakeDemo();
      assert.equal(demo.pids.length, 2);
      assert.ok(demo.pids.every(isAlive));
      demo.program.child.kill(signal);
      assert.equal(await demo.program.ended, 0);
      await allGone(demo);
    });
  }

  it("is orderly if a signal comes twice, as the terminal and npm send it", async () => {
    const demo = await startFakeDemo();
    demo.program.child.kill("SIGINT");
    demo.program.child.kill("SIGINT");
    assert.equal(await demo.program.ended, 0);
    await allGone(demo);
  });

  it("ends every process if the demo is killed", async () => {
    const demo = await startFakeDemo();
    demo.program.child.kill("SIGKILL");
    assert.equal(await demo.program.ended, "SIGKILL");
    await allGone(demo);
  });

  it("has exit code 1, the name and the last 20 lines if a process ends unexpectedly", async () => {
    const demo = await startFakeDemo();
    await fetch(`http://127.0.0.1:${demo.ports[1]}/`, { method: "POST" });
    assert.equal(await demo.program.ended, 1);
    await allGone(demo);
    const [, obituary = ""] = demo.program
      .output()
      .split("[fake1] ended with exit code 7; its last lines:\n");
    assert.deepEqual(
      obituary.trimEnd().split("\n"),
      Array.from({ length: 20 }, (_, index) => `    line ${index + 11}`),
    );
  });

  it("comes if a process cannot start, before the others are ready", async () => {
    const taken = await takenPort();
    const program = runProgram(["lib/demo/testing/fake-demo.ts", `${taken.port}`, `${await freePort()}`]);
    assert.equal(await program.ended, 1);
    await taken.release();
    assert.match(program.output(), /\[fake0\] ended with exit code 1; its last lines:\n.*EADDRINUSE/s);
    assert.doesNotMatch(program.output(), /pids/);
  });
});
