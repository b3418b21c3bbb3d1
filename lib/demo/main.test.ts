/** The command line of the demo, as a program. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "#lib/cli/testing/program.ts";
import { appNames } from "#lib/config/apps.ts";
import { freePort } from "#lib/net/free-port.ts";
import { takenPort } from "./testing/fake-process.ts";

const demo = (...flags: string[]) => runProgram(["lib/demo/main.ts", ...flags]);

describe("npm run demo", { concurrency: true }, () => {
  it("names a port that is in use, and the flag that chooses another, and starts nothing", async () => {
    const { port, release } = await takenPort();
    const [op, front] = [await freePort(), await freePort()];
    const own = await Promise.all(appNames.map(freePort));
    const taken = [...own.slice(1), port];
    const cases = [
      {
        flags: ["--op-port", `${port}`, "--front-port", `${front}`, "--ports", own.join()],
        hint: `--op-port ${port + 100}`,
      },
      {
        flags: ["--op-port", `${op}`, "--front-port", `${port}`, "--ports", own.join()],
        hint: `--front-port ${port + 100}`,
      },
      {
        flags: ["--op-port", `${op}`, "--front-port", `${front}`, "--ports", taken.join()],
        hint: `--ports ${taken.map((each) => each + 100).join()}`,
      },
    ];
    for (const { flags, hint } of cases) {
      const program = demo(...flags);
      assert.equal(await program.ended, 1);
      assert.equal(program.output(), `Port ${port} is in use; free it or choose others with ${hint}.\n`);
    }
    await release();
  });

  it("explains itself with --help", async () => {
    const program = demo("--help");
    assert.equal(await program.ended, 0);
    assert.match(program.output(), /^Usage: npm run demo -- \[flags\]\n/);
  });

  it("answers a wrong flag with one line and exit code 2", async () => {
    const program = demo("--isuer", "http://localhost:1");
    assert.equal(await program.ended, 2);
    assert.equal(
      program.output(),
      "--isuer: unknown flag; did you mean --issuer? All flags: npm run demo -- --help\n",
    );
  });
});
