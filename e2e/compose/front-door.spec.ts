/** The front door of docker-compose.yml: the real Caddy before apps that a test plays. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, get, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { appNames, defaultPorts } from "#lib/config/apps.ts";
import { freePort } from "#lib/net/free-port.ts";
import { type Caddy, startCaddy, validate } from "./caddy.ts";
import { composeFile, servicesOf } from "./compose-file.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "caddy-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** An app that says which one it is and what it was asked. */
const says =
  (app: string): RequestListener =>
  async (request, response) => {
    const { method, url, headers } = request;
    const body = await text(request);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ app, method, url, headers, body }));
  };

async function listen(listener: RequestListener, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer(listener).listen(port, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Ports of docker-compose.yml and those of this test. */
const mapping = (ports: Record<number, number>) => (content: string) =>
  content.replace(/\b\d{4}\b/g, (digits) => String(ports[Number(digits)] ?? digits));

/** A request to loopback by any name. */
async function ask(port: number, url: string, host = `localhost:${port}`): Promise<IncomingMessage> {
  const request = get({ host: "127.0.0.1", port, path: url, headers: { host }, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

test("both Caddyfiles are valid, with the environment of their services", () => {
  const { environment } = composeFile.services["front-door-scale"] ?? {};
  for (const { ok, output } of [validate("Caddyfile"), validate("scale.Caddyfile", environment)])
    assert.ok(ok, output);
});

describe("the front door", () => {
  let caddy: Caddy;
  let origin: string;
  let door: number;
  const servers: Server[] = [];
  /** What playground3 does with a request. */
  let third: RequestListener = says("playground3");

  before(async () => {
    const two = await listen(says("playground2"));
    const three = await listen((request, response) => third(request, response));
    servers.push(two.server, three.server);
    door = await freePort();
    origin = `http://localhost:${door}`;
    const here = mapping({ 8080: door, 8082: two.port, 8083: three.port });
    caddy = await startCaddy("Caddyfile", { folder: path.join(scratch, "one"), here });
  });
  after(async () => {
    await caddy.stop();
    await Promise.all(servers.map(close));
  });

  const asked = async (url: string, init?: RequestInit) => {
    const response = await fetch(`${origin}${url}`, init);
    return (await response.json()) as {
      app: string;
      method: string;
      url: string;
      headers: Record<string, string>;
      body: string;
    };
  };

  test("leads to each app by the first part of the path, untouched, and says which host was asked", async () => {
    for (const app of ["playground2", "playground3"]) {
      for (const url of [`/${app}`, `/${app}/`, `/${app}/oauth2client?code=a%2Fb&state=c`]) {
        const heard = await asked(url);
        assert.deepEqual([heard.app, heard.url], [app, url]);
        assert.equal(heard.headers["x-forwarded-host"], `localhost:${door}`);
        assert.equal(heard.headers.host, `localhost:${door}`);
      }
    }
    const posted = await asked("/playground2/bclogout", {
      method: "POST",
      body: new URLSearchParams({ logout_token: "a.b.c" }),
    });
    assert.deepEqual([posted.app, posted.method, posted.body], ["playground2", "POST", "logout_token=a.b.c"]);
  });

  test("believes no browser about the host that was asked", async () => {
    const { headers } = await asked("/playground2/", { headers: { "x-forwarded-host": "attacker.example" } });
    assert.equal(headers["x-forwarded-host"], `localhost:${door}`);
  });

  test("leads to either app for the files of the build, and has a page of its own", async () => {
    assert.match((await asked("/_next/static/chunks/a.js")).app, /^playground[23]$/);
    const page = await fetch(`${origin}/`);
    assert.equal(page.status, 200);
    assert.match(
      await page.text(),
      /<a class="btn btn-primary" href="\/playground2\/">Open playground2<\/a>/,
    );
    for (const unknown of [
      "/playground22/",
      "/playground",
      "/Caddyfile",
      "/../Caddyfile",
      "/%2e%2e/Caddyfile",
    ])
      assert.equal((await ask(door, unknown)).resume().statusCode, 404, unknown);
  });

  test("sends 127.0.0.1 to localhost and other names away", async () => {
    const numeric = (await ask(door, "/playground2/?a=b", `127.0.0.1:${door}`)).resume();
    assert.deepEqual([numeric.statusCode, numeric.headers.location], [307, `${origin}/playground2/?a=b`]);
    for (const host of ["attacker.example", `attacker.example:${door}`, `playground2.localhost:${door}`])
      assert.equal((await ask(door, "/playground2/", host)).resume().statusCode, 421, host);
  });

  test("is healthy without any app", async () => {
    const { test: check = [] } = composeFile.services["front-door"]?.healthcheck ?? {};
    const url = mapping({ 8080: door })(check.at(-1) ?? "");
    assert.equal((await fetch(url, { redirect: "error" })).status, 200);
  });

  test("passes server-sent events on as they come, the headers before the first of them", async () => {
    const source = Promise.withResolvers<Parameters<RequestListener>[1]>();
    third = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      source.resolve(response);
    };
    const stream = await ask(door, "/playground3/events");
    assert.equal(stream.headers["content-type"], "text/event-stream");
    const send = await source.promise;
    for (const event of ["data: one\n\n", "data: two\n\n"]) {
      send.write(event);
      // The next is written only when this one has arrived.
      const [chunk] = (await once(stream, "data")) as [Buffer];
      assert.equal(String(chunk), event);
    }
    stream.destroy();
    third = says("playground3");
  });
});

describe("the front door with replicas", () => {
  let caddy: Caddy;
  const doors: Record<number, number> = {};
  const replicas: Record<string, Server> = {};

  before(async () => {
    const { frontDoor, apps } = defaultPorts;
    for (const port of [frontDoor, ...Object.values(apps)]) doors[port] = await freePort();
    for (const [name, { environment: { RP_NAME, PORT } = {} }] of Object.entries(servicesOf("scale"))) {
      if (RP_NAME === undefined) continue;
      const { server, port: free } = await listen(says(name));
      replicas[name] = server;
      doors[Number(PORT)] = free;
    }
    const here = mapping(doors);
    const { environment = {} } = composeFile.services["front-door-scale"] ?? {};
    const env = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]));
    caddy = await startCaddy("scale.Caddyfile", { folder: path.join(scratch, "scale"), here, env });
  });
  after(async () => {
    await caddy.stop();
    await Promise.all(Object.values(replicas).map(close));
  });

  /** Who answered, request by request. */
  async function answered(door: number | undefined, url: string, times: number): Promise<string[]> {
    const names: string[] = [];
    for (let time = 0; time < times; time++) {
      const response = await fetch(`http://localhost:${door}${url}`);
      names.push(((await response.json()) as { app: string }).app);
    }
    return names;
  }

  test("asks the replicas of an app in turn, at one port and at the app's own", async () => {
    for (const name of appNames)
      for (const port of [defaultPorts.frontDoor, defaultPorts.apps[name]]) {
        const [first, second, third] = await answered(doors[port], `/${name}/session`, 3);
        assert.deepEqual([first, second].sort(), [`${name}-a`, `${name}-b`]);
        assert.equal(third, first);
      }
  });

  test("loses no request when a replica goes", async () => {
    if (replicas["playground2-a"]) await close(replicas["playground2-a"]);
    const answers = await answered(doors[8080], "/playground2/session", 4);
    assert.deepEqual(new Set(answers), new Set(["playground2-b"]));
  });
});
