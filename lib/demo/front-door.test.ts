import assert from "node:assert/strict";
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { defaultPorts, perApp } from "#lib/config/apps.ts";
import { type FrontDoor, openFrontDoor } from "./front-door.ts";
import type { ProcessState } from "./managed-process.ts";
import { readyViewOf } from "./ready-view.ts";

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const clients = { ...perApp(({ name }) => ({ id: name })), playground2: { id: "client-two" } };

describe("the front door", () => {
  const servers: Record<string, Server> = {};
  const states: Record<string, ProcessState> = { playground2: "ready", playground3: "ready" };
  let stream: ServerResponse;
  let frontDoor: FrontDoor;

  before(async () => {
    const ports: Record<string, number> = {};
    for (const name of ["playground2", "playground3"]) {
      const server = createServer(async (request, response) => {
        if (request.url?.endsWith("/events")) {
          stream = response;
          response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
          return;
        }
        const seen = {
          name,
          url: request.url,
          method: request.method,
          headers: request.headers,
          body: await text(request),
        };
        response
          .writeHead(200, { "content-type": "application/json", "set-cookie": ["a=1", "b=2"] })
          .end(JSON.stringify(seen));
      });
      await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
      servers[name] = server;
      ports[name] = (server.address() as AddressInfo).port;
    }
    const { playground2 = 0, playground3 = 0 } = ports;
    const stateOf = (name: string) => states[name] ?? "starting";
    const options = {
      issuer: undefined,
      https: false,
      crossSite: false,
      ports: { op: 9443, frontDoor: 8080, apps: { ...defaultPorts.apps, playground2, playground3 } },
    };
    frontDoor = await openFrontDoor({
      port: 0,
      hosts: ["playground3.localhost"],
      upstreams: [
        { name: "playground2", port: playground2, state: () => stateOf("playground2") },
        { name: "playground3", port: playground3, state: () => stateOf("playground3") },
      ],
      view: () => readyViewOf(options, clients, stateOf),
    });
  });
  after(async () => {
    await frontDoor.close();
    for (const server of Object.values(servers)) server.close();
  });

  function send(
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
    body = "",
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: frontDoor.port,
        path,
        method,
        agent: false,
        headers: { host: `localhost:${frontDoor.port}`, ...headers },
      };
      const request = httpRequest(options, async (response) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) });
      });
      request.once("error", reject).end(body);
    });
  }
  const seenBy = async (path: string, headers?: Record<string, string>) =>
    JSON.parse((await send(path, headers)).body) as {
      name: string;
      url: string;
      headers: IncomingHttpHeaders;
    };

  it("hands each app what is below its name, as it came", async () => {
    const seen = await seenBy("/playground3/oauth2?a=%2F&b=1");
    assert.equal(seen.name, "playground3");
    assert.equal(seen.url, "/playground3/oauth2?a=%2F&b=1");
    assert.equal((await seenBy("/playground2")).name, "playground2");
    const posted = await send(
      "/playground2/bclogout",
      { "content-type": "text/plain" },
      "POST",
      "logout_token=x",
    );
    assert.equal((JSON.parse(posted.body) as { body: string }).body, "logout_token=x");
    assert.deepEqual(posted.headers["set-cookie"], ["a=1", "b=2"]);
  });

  it("keeps the host, and says itself who asked how, whatever the browser claims", async () => {
    const { headers } = await seenBy("/playground2/", {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
    });
    const host = `localhost:${frontDoor.port}`;
    assert.equal(headers.host, host);
    assert.equal(headers["x-forwarded-host"], host);
    assert.equal(headers["x-forwarded-proto"], "http");
    assert.match(String(headers["x-forwarded-for"]), /127\.0\.0\.1$/);
  });

  it("asks an app on a new connection each time: an idle one may be closing; the browser keeps its own", async () => {
    let opened = 0;
    servers.playground2?.on("connection", () => {
      opened += 1;
    });
    for (let n = 1; n <= 3; n++) {
      const answer = await fetch(`http://localhost:${frontDoor.port}/playground2/`);
      await answer.text();
      assert.deepEqual([opened, answer.headers.get("connection")], [n, "keep-alive"]);
    }
  });

  it("does not take /playground22 for /playground2", async () => {
    assert.equal((await send("/playground22/")).status, 404);
  });

  it("gets the build's files from an app that lives", async () => {
    states.playground2 = "starting";
    assert.equal((await seenBy("/_next/static/x.js")).name, "playground3");
    states.playground2 = "ready";
    assert.equal((await seenBy("/_next/static/x.js")).name, "playground2");
  });

  it("passes on each server-sent event as it comes", async () => {
    const response = await fetch(`http://localhost:${frontDoor.port}/playground2/events`, {
      signal: AbortSignal.timeout(10_000),
    });
    assert.ok(response.body);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (const event of ["data: one\n\n", "data: two\n\n"]) {
      stream.write(event);
      assert.equal((await reader.read()).value, event);
    }
    const left = new Promise((resolve) => stream.once("close", resolve));
    await reader.cancel();
    await left;
  });

  it("sends 127.0.0.1 to localhost, where the cookies are, but not what is posted", async () => {
    const numeric = { host: `127.0.0.1:${frontDoor.port}` };
    const answer = await send("/playground2/?a=1", numeric);
    assert.equal(answer.status, 307);
    assert.equal(answer.headers.location, `http://localhost:${frontDoor.port}/playground2/?a=1`);
    assert.equal((await send("/playground2/bclogout", numeric, "POST")).status, 200);
  });

  it("answers by the names that it was given, to the app of the path whatever the name", async () => {
    const host = `playground3.localhost:${frontDoor.port}`;
    for (const name of ["playground2", "playground3"]) {
      const seen = await seenBy(`/${name}/`, { host });
      assert.deepEqual([seen.name, seen.headers["x-forwarded-host"]], [name, host]);
    }
    assert.match((await send("/", { host })).body, /What runs where/);
  });

  it("answers by no other name", async () => {
    const { port } = frontDoor;
    const subdomains = [`playground2.localhost:${port}`, `playground3.localhost.evil.example:${port}`];
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "localhost:1",
      "playground3.localhost",
      ...subdomains,
    ]) {
      const answer = await send("/playground2/", { host });
      assert.equal(answer.status, 421, host);
      assert.match(answer.body, /Unknown host/);
    }
  });

  it("shows what runs where, without a script", async () => {
    const { status, headers, body } = await send("/");
    assert.equal(status, 200);
    assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
    for (const part of [
      "client-two",
      '<td class="mono">playground3</td>',
      "http://localhost:9443/oauth2/token/.well-known/openid-configuration",
      "http://localhost:9443/sessions",
      "http://localhost:8080/playground2/",
      "Import Photos",
    ]) {
      assert.ok(body.includes(part), part);
    }
    assert.doesNotMatch(body, /<script|style=/);
  });

  it("has the style sheet's folder, and nothing beside it", async () => {
    const icon = await send("/assets/icon.svg");
    assert.equal(icon.status, 200);
    assert.equal(icon.headers["content-type"], "image/svg+xml");
    for (const path of [
      "/assets/../../package.json",
      "/assets/..%2f..%2fnext.config.mjs",
      "/assets/",
      "/assets/%",
      "/assets/none.css",
    ]) {
      assert.equal((await send(path)).status, 404, path);
    }
  });

  it("says escaped what it does not have", async () => {
    const { status, body } = await send("/<b>nonsense");
    assert.equal(status, 404);
    assert.doesNotMatch(body, /<b>nonsense/);
    assert.equal((await send("/", {}, "POST")).status, 404);
  });

  it("says which app does not answer, and where to look", async () => {
    const server = servers.playground3;
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    const { status, body } = await send("/playground3/");
    assert.equal(status, 502);
    assert.match(body, /playground3 does not answer/);
    assert.match(body, /\[playground3\]/);
  });
});
