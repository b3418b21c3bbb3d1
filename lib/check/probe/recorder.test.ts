import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { Recorder } from "./recorder.ts";

/** Sends this request line.
 * @returns everything until the other side closes */
async function raw(port: number, line: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  return text;
}

describe("a recorder", () => {
  it("survives a request with an invalid URL", async () => {
    const recorder = new Recorder(0, "127.0.0.1");
    await recorder.listen();
    assert.match(await raw(recorder.port, "GET //"), /^HTTP\/1.1 200/);
    assert.deepEqual(
      recorder.records.map(({ kind, url }) => [kind, url]),
      [["other", "//"]],
    );
    await recorder.close();
  });

  it("survives an answer that fails, and hangs up", async () => {
    const recorder = new Recorder(0, "127.0.0.1");
    await recorder.listen();
    const undo = recorder.answer("other", async () => {
      throw new Error("the check was over");
    });
    assert.equal(await raw(recorder.port, "GET /"), "");
    undo();
    recorder.answer("other", (response) => {
      response.end("done");
      response.write("and more");
    });
    assert.match(await raw(recorder.port, "GET /"), /done/);
    assert.equal(recorder.records.length, 2);
    await recorder.close();
  });
});
