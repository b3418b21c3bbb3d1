import assert from "node:assert/strict";
import { it } from "node:test";
import { defaultPorts, apps as list, perApp } from "#lib/config/apps.ts";
import { readyViewOf } from "./ready-view.ts";

it("the ready page leads to the hosts that browsers are meant to use, and to the OP on localhost", () => {
  const ports = defaultPorts;
  const clients = perApp(({ name }) => ({ id: name }));
  const options = { issuer: undefined, https: true, crossSite: true, ports };
  const { apps, running, issuer } = readyViewOf(options, clients, () => "ready");
  assert.deepEqual(
    apps.map(({ home }) => home),
    list.map(({ name }) => `http://${name}.localhost:8080/${name}/`),
  );
  assert.equal(issuer, "https://localhost:9443/oauth2/token");
  assert.deepEqual(
    running.map(({ address }) => address),
    [
      "https://localhost:9443/",
      ...list.map(({ name, port }) => `http://${name}.localhost:${port}/${name}/`),
      "http://localhost:8080/",
    ],
  );
});
