import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runProgram } from "#lib/cli/testing/program.ts";

const hostile = "a\u001b[2Jb\u009b2Jc\u202ed\nINFO: e";

async function logged(format: "pretty" | "json"): Promise<string> {
  const program = runProgram([
    ...["--input-type=module", "--eval"],
    `import { createLog } from "./lib/log.ts";
     const log = createLog({ name: "op", LOG_FORMAT: ${JSON.stringify(format)}, LOG_LEVEL: "info" });
     const text = ${JSON.stringify(hostile)};
     log.warn({ detail: text }, text);
     log.error({ err: new Error(text) }, "failed");`,
  ]);
  assert.equal(await program.ended, 0, program.output());
  return program.output();
}

describe("a log line", () => {
  it("shows people what is invisible, and stays one line", async () => {
    const output = await logged("pretty");
    assert.match(output, /^\[[\d:]+\] WARN: a\\u001b\[2Jb\\u009b2Jc\\u202ed\\nINFO: e/);
    assert.doesNotMatch(output, /[^\P{Cc}\n]|\u202e/u);
  });

  it("is JSON for machines, with nothing that moves a terminal", async () => {
    const output = await logged("json");
    const [first = "", second = ""] = output.trimEnd().split("\n");
    const { msg, detail } = JSON.parse(first) as { msg: string; detail: string };
    assert.deepEqual([msg, detail], [hostile, hostile]);
    assert.equal((JSON.parse(second) as { err: { message: string } }).err.message, hostile);
    assert.doesNotMatch(output, /[^\P{Cc}\n]|\u202e/u);
  });
});
