import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { discover } from "./discover.ts";

test("an issuer that ends in a slash is discovered without the slash, and keeps it", async () => {
  const server = createServer(({ url }, response) =>
    response
      .writeHead(url === "/realm/.well-known/openid-configuration" ? 200 : 404, {
        "content-type": "application/json",
      })
      .end(JSON.stringify({ issuer })),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm/`;
  assert.equal((await discover(issuer)).issuer, issuer);
  await assert.rejects(
    discover(issuer.slice(0, -1)),
    /says that its issuer is .*\/realm\/; pass exactly that/,
  );
  server.close();
});
