import assert from "node:assert/strict";
import { it } from "node:test";
import { readyViewOf } from "./ready-view.ts";

it("the ready page leads to the hosts that browsers are meant to use, and to the OP on localhost", () => {
  const ports = { op: 9443, frontDoor: 8080, apps: { playground2: 8082, playground3: 8083 } };
  const clients = { playground2: { id: "two" }, playground3: { id: "three" } };
  const options = { issuer: undefined, https: true, crossSite: true, ports };
  const { apps, running, issuer } = readyViewOf(options, clients, () => "ready");
  assert.deepEqual(
    apps.map(({ home }) => home),
    ["http://playground2.localhost:8080/playground2/", "http://playground3.localhost:8080/playground3/"],
  );
  assert.equal(issuer, "https://localhost:9443/oauth2/token");
  assert.deepEqual(
    running.map(({ address }) => address),
    [
      "https://localhost:9443/",
      "http://playground2.localhost:8082/playground2/",
      "http://playground3.localhost:8083/playground3/",
      "http://localhost:8080/",
    ],
  );
});
