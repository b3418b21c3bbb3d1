/** Where links to the other apps lead. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressesOf, defaultPorts, otherAppsOf } from "#lib/config/apps.ts";
import { otherApps } from "./other-apps.ts";

const homeAt = (base: string, crossSite: boolean) => {
  const layout = { ports: defaultPorts, crossSite };
  const config = {
    RP_BASE_URLS: addressesOf("playground2", layout).baseUrls,
    OTHER_APPS: otherAppsOf("playground2", layout),
  };
  return otherApps(base, { config });
};

const places: Record<string, string> = {
  "http://localhost:8080/playground2": "http://localhost:8080/playground3/",
  "http://localhost:8082/playground2": "http://localhost:8083/playground3/",
};

const crossSitePlaces: Record<string, string> = {
  "http://playground2.localhost:8080/playground2": "http://playground3.localhost:8080/playground3/",
  "http://playground2.localhost:8082/playground2": "http://playground3.localhost:8083/playground3/",
};

for (const [base, home] of Object.entries(places))
  test(`${base} leads to ${home}`, () => {
    assert.deepEqual(homeAt(base, false), [{ name: "playground3", home }]);
  });

for (const [base, home] of Object.entries(crossSitePlaces))
  test(`${base} leads to ${home}`, () => {
    assert.deepEqual(homeAt(base, true), [{ name: "playground3", home }]);
  });
