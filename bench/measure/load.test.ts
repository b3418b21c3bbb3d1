import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { generateLoad } from "./load.ts";

const bodies: string[] = [];
let sockets = 0;
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    bodies.push(body);
    response.writeHead(body === "bad" ? 400 : 204).end();
  });
})
  .on("connection", () => {
    sockets++;
  })
  .listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
after(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

test("each body is sent once, on as many connections as asked for", async () => {
  const sent = Array.from({ length: 50 }, (_, index) => `n=${index}`);
  const result = await generateLoad({ url, bodies: sent.values(), connections: 4, duration: 60_000 });
  assert.deepEqual(bodies.splice(0).sort(), sent.sort());
  assert.equal(sockets, 4);
  assert.deepEqual([result.answered, result.failed, result.latencies.length], [50, 0, 50]);
  assert.ok(result.elapsed > 0);
});

test("what was not answered with 2xx is counted apart, with the first reason", async () => {
  const result = await generateLoad({
    url,
    bodies: ["a", "bad", "b"].values(),
    connections: 1,
    duration: 60_000,
  });
  assert.deepEqual([result.answered, result.failed, result.failure], [2, 1, "400"]);
  bodies.length = 0;
});

test("when time is up, no further body is taken", async () => {
  const sent = ["a", "b"].values();
  const result = await generateLoad({ url, bodies: sent, connections: 2, duration: 0 });
  assert.deepEqual([result.answered, result.failed], [0, 0]);
  assert.equal(sent.next().value, "a");
});

test("a server that does not answer is a failure", async () => {
  const gone = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => gone.once("listening", resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const load = { url: `http://127.0.0.1:${port}/`, bodies: ["a"].values(), connections: 1, duration: 60_000 };
  const result = await generateLoad(load);
  assert.deepEqual([result.answered, result.failed], [0, 1]);
  assert.match(result.failure ?? "", /ECONNREFUSED/);
});
