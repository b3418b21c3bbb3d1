/** A sender that stalls in the middle of a request: app, OP and front door end it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, describe, test } from "node:test";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { openFrontDoor } from "#lib/demo/front-door.ts";
import { createLog } from "#lib/log.ts";
import { startOp } from "#lib/op/server.ts";
import { appUnderTest } from "../support/app-under-test.ts";

const { rp } = await appUnderTest();
const appPort = Number(new URL(rp.base).port);

const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
const op = await startOp(parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", OP_APPS: "[]" }), log);
after(() => op.close());

const upstream = { name: "playground2", port: appPort, state: () => "ready" as const };
const view = () => assert.fail("the ready page is not requested");
const door = await openFrontDoor({ port: 0, hosts: [], upstreams: [upstream], view });
after(() => door.close());

/** Sends the beginning of a form, and what comes back first: an answer, or the end of the connection. */
async function stall(port: number, path: string, head = ""): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  after(() => socket.destroy());
  await once(socket, "connect");
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogout_token=a`,
  );
  const [first] = await Promise.race([once(socket, "data"), once(socket, "close").then(() => [""])]);
  return String(first);
}

/** Sends the beginning of a form, and waits until the connection is closed. */
async function stallToTheEnd(path: string): Promise<void> {
  const socket = connect({ port: appPort, host: "127.0.0.1" });
  after(() => socket.destroy());
  socket
    .resume()
    .write(`POST ${path} HTTP/1.1\r\nHost: localhost:${appPort}\r\nContent-Length: 100\r\n\r\na`);
  await once(socket, "close");
}

describe("a body that nothing reads", { concurrency: true }, () => {
  for (const path of [
    "/playground2/",
    "/playground2/photos",
    "/playground2/nope",
    "/playground2/api/auth/signin/op",
  ]) {
    test(`keeps no connection open: ${path}`, { timeout: 90_000 }, () => stallToTheEnd(path));
  }
});

describe("a body that stalls", { concurrency: true }, () => {
  const cases: [name: string, port: number, path: string][] = [
    ["the app's back-channel logout endpoint", appPort, "/playground2/bclogout"],
    ["the app's form", appPort, "/playground2/authorize"],
    ["next-auth", appPort, "/playground2/api/auth/signin/op"],
    ["the OP's logout endpoint", op.port, "/oidc/logout"],
    ["the OP's token endpoint", op.port, "/oauth2/token"],
    ["the front door", door.port, "/playground2/bclogout"],
  ];
  for (const [name, port, path] of cases) {
    test(`is given up by ${name}`, { timeout: 40_000 }, async () => {
      const origin = `Origin: http://localhost:${port}\r\n`;
      assert.match(await stall(port, path, origin), /^HTTP\/1\.1 (408|502)/);
    });
  }
});
