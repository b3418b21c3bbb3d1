import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { createOutput, isNextBanner, isOpGreeting } from "./output.ts";

function collector() {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  return {
    streams,
    read: async () => {
      streams.stdout.end();
      streams.stderr.end();
      return { stdout: await text(streams.stdout), stderr: await text(streams.stderr) };
    },
  };
}

describe("the demo's output", () => {
  it("puts the name of the process before each line, as wide as the widest", async () => {
    const { streams, read } = collector();
    const output = createOutput("pretty", ["op", "playground2"], streams);
    output.say("op", "ready");
    output.relay("playground2", "hello", "stderr");
    output.announce("Ready: http://localhost:8080/");
    assert.equal(output.colours, false, "a stream that is no terminal");
    assert.deepEqual(await read(), {
      stdout: "[op]          ready\nReady: http://localhost:8080/\n",
      stderr: "[playground2] hello\n",
    });
  });

  it("is JSON alone in JSON: a process's lines untouched, other text wrapped", async () => {
    const { streams, read } = collector();
    const output = createOutput("json", ["op"], streams);
    const line = '{"level":30,  "msg":"as it is"}';
    output.relay("op", line, "stdout");
    output.relay("op", "\u001b[32mplain\u001b[39m", "stdout");
    output.announce("Ready: http://localhost:8080/");
    const [first, ...others] = (await read()).stdout.trimEnd().split("\n");
    assert.equal(first, line);
    const parsed = others.map((each) => JSON.parse(each) as { name: string; msg: string; level: number });
    assert.deepEqual(
      parsed.map(({ name, msg, level }) => ({ name, msg, level })),
      [
        { name: "op", msg: "plain", level: 30 },
        { name: "demo", msg: "Ready: http://localhost:8080/", level: 30 },
      ],
    );
  });

  it("shows what is invisible or moves the terminal, of itself and of processes, but keeps their colours", async () => {
    const { streams, read } = collector();
    const output = createOutput("pretty", ["op"], streams);
    output.say("op", "client \u001b[2J\u202e\nReady: x");
    output.relay("op", "\u001b[32mINFO\u001b[39m: \u001b[2J\u202e", "stdout");
    assert.deepEqual((await read()).stdout.trimEnd().split("\n"), [
      "[op] client \\u001b[2J\\u202e\\nReady: x",
      "[op] \u001b[32mINFO\u001b[39m: \\u001b[2J\\u202e",
    ]);
  });

  it("shows it in JSON too, with the escapes of JSON", async () => {
    const { streams, read } = collector();
    const output = createOutput("json", ["op"], streams);
    output.relay("op", '{"msg":"\u009b\u202e"}', "stdout");
    output.announce("\u009b\u202e");
    const lines = (await read()).stdout.trimEnd().split("\n");
    assert.ok(
      lines.every((line) => line.includes("\\u009b\\u202e")),
      lines.join("\n"),
    );
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
      ["\u009b\u202e", "\u009b\u202e"],
    );
  });

  it("knows what our own ready line says better", () => {
    assert.ok(isNextBanner("\u001b[1m▲ Next.js 16.4.6\u001b[22m"));
    assert.ok(isNextBanner("- Local:         http://127.0.0.1:8082"));
    assert.ok(isNextBanner(" ✓ Ready in 210ms"));
    assert.ok(isOpGreeting("[04:46:38] INFO: ready at http://localhost:9443/"));
    assert.ok(!isNextBanner("Backchannel logout request received."));
    assert.ok(!isOpGreeting("[04:46:38] INFO: signed in: admin"));
  });
});
