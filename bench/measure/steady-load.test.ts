import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { steadyLoad } from "./steady-load.ts";

test("each body is sent once, without waiting for the answer to the one before, and failures are counted", async () => {
  const bodies: string[] = [];
  const answers: ((status: number) => void)[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString());
    answers.push((status) => response.writeHead(status).end());
    if (answers.length < 6) return; // nothing is answered before all have come
    for (const [index, answer] of answers.entries()) answer(index === 0 ? 400 : 200);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const all = ["a=1", "a=2", "a=3", "a=4", "a=5", "a=6"];
  const load = { url: `http://127.0.0.1:${port}/`, bodies: all.values(), rate: 1000, duration: 60_000 };
  const { latencies, failed } = await steadyLoad(load);
  server.close();
  assert.deepEqual(bodies.toSorted(), all);
  assert.deepEqual([latencies.length, failed], [5, 1]);
});
