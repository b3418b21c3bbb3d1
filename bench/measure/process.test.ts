import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "#lib/net/free-port.ts";
import { isAlive } from "#lib/prepare/lock.mjs";
import { startServer } from "./process.ts";

const server = `require("node:http").createServer((_, response) => response.writeHead(500).end())
  .listen(Number(process.env.PORT), "127.0.0.1")`;

test("a server is ready as soon as it answers, with whatever status, and is gone when stopped", async () => {
  const port = await freePort();
  const plan = { name: "a server", args: ["-e", server], cwd: ".", env: { PORT: String(port) } };
  const { pid, stop } = await startServer({ ...plan, probe: `http://127.0.0.1:${port}/` });
  assert.ok(isAlive(pid));
  await stop();
  assert.ok(!isAlive(pid));
});

test("one that ends at once is an error with its last lines", async () => {
  const args = ["-e", 'console.error("no such thing"); process.exit(3)'];
  const plan = { name: "a server", args, cwd: ".", probe: "http://127.0.0.1:1/" };
  await assert.rejects(startServer(plan), {
    name: "CannotRun",
    message: "a server: it ended with 3\nno such thing",
  });
});

test("a program that does not exist is an error with its name", async () => {
  const plan = {
    name: "a server",
    file: "/nowhere/server",
    args: [],
    cwd: ".",
    probe: "http://127.0.0.1:1/",
  };
  await assert.rejects(startServer(plan), {
    name: "CannotRun",
    message: /^a server: .*\/nowhere\/server.*ENOENT/s,
  });
});
