/** What docker-compose.yml promises, as far as the file itself can tell. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";
import { addressesOf, appNames } from "#lib/config/apps.ts";
import { opSettings } from "#lib/config/op-config.ts";
import { rpSettings } from "#lib/config/rp-config.ts";
import { demoUsers } from "#lib/op/accounts.ts";
import { differences } from "#lib/products/differences.ts";
import { representationOf } from "#lib/products/keycloak/client.ts";
import { metadataForApi } from "#lib/register/app-client.ts";
import { composeFile, isOneShot, isOurs, profiles, servicesOf } from "./compose-file.ts";

const all = Object.entries(composeFile.services);

describe("docker-compose.yml", () => {
  test("starts WSO2 Identity Server where no profile is named, and nowhere else", () => {
    const { COMPOSE_PROFILES } = parseEnv(readFileSync(".env", "utf8"));
    assert.equal(COMPOSE_PROFILES, "wso2");
    const started = (profile: string) => Object.keys(servicesOf(profile));
    assert.deepEqual(started("wso2").sort(), [
      "front-door",
      "network",
      "playground2",
      "playground3",
      "setup",
      "wso2is",
    ]);
    for (const profile of ["embedded", "keycloak", "scale"])
      assert.ok(!started(profile).includes("wso2is"), profile);
  });

  for (const profile of profiles) {
    const services = servicesOf(profile);
    test(`${profile} is a whole: nothing waits for a service of another profile`, () => {
      for (const [name, { depends_on = {}, network_mode }] of Object.entries(services)) {
        const others = [
          ...Object.keys(depends_on),
          ...(network_mode ? [network_mode.replace("service:", "")] : []),
        ];
        for (const other of others) assert.ok(services[other], `${name} needs ${other}`);
      }
    });

    test(`${profile}: whoever ends is waited for by a service that stays, or up --wait would fail`, () => {
      const oneShots = Object.entries(services).filter(([, service]) => isOneShot(service));
      assert.equal(oneShots.length, 1);
      for (const [name] of oneShots) {
        const waiting = Object.values(services).filter(
          (each) =>
            !isOneShot(each) && each.depends_on?.[name]?.condition === "service_completed_successfully",
        );
        assert.ok(waiting.length > 0, name);
      }
    });

    test(`${profile}: every service that stays says when it is ready`, () => {
      for (const [name, service] of Object.entries(services)) {
        if (name === "network" || isOneShot(service)) continue;
        // Our image has a health check of its own, for the Relying Party.
        const own = isOurs(service) && service.environment?.RP_NAME !== undefined;
        assert.ok(own || service.healthcheck?.test, name);
      }
    });

    test(`${profile}: no two services listen on one port of the namespace they share`, () => {
      const ports = Object.values(services).flatMap(({ environment = {} }) =>
        [environment.PORT, environment.OP_PORT].filter((port) => port !== undefined),
      );
      assert.equal(new Set(ports).size, ports.length);
    });
  }

  test("publishes ports to this machine alone, from the one service that owns the network", () => {
    for (const [name, { ports, network_mode }] of all) {
      if (name === "network") continue;
      assert.deepEqual([ports, network_mode], [undefined, "service:network"], name);
    }
    const published = composeFile.services.network?.ports ?? [];
    assert.equal(published.length, 4);
    for (const port of published) assert.match(port, /^127\.0\.0\.1:(\d+):\1$/);
  });

  test("sets only variables that exist, and no secret", () => {
    const settings = new Set([...Object.keys(rpSettings.shape), ...Object.keys(opSettings.shape)]);
    settings.add("PORT"); // which Next itself reads
    for (const [name, service] of all) {
      if (!isOurs(service)) continue;
      for (const variable of Object.keys(service.environment ?? {})) {
        assert.ok(settings.has(variable), `${name}: ${variable}`);
        assert.doesNotMatch(variable, /SECRET/);
      }
    }
  });

  test("lets our image write to its volume alone, without capabilities; every service has a limit of memory", () => {
    for (const [name, service] of all) {
      assert.match(service.mem_limit ?? "", /^\d+[mg]$/, name);
      if (!isOurs(service)) continue;
      assert.deepEqual(
        [service.read_only, service.cap_drop, service.volumes],
        [true, ["ALL"], ["data:/data"]],
        name,
      );
    }
  });

  test("names an exact version of every image", () => {
    for (const [name, service] of all) {
      if (!isOurs(service)) assert.match(service.image, /:\d+\.\d+\.\d+(-alpine)?$/, name);
    }
    const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      devDependencies: { node: string };
    };
    assert.match(
      readFileSync("Dockerfile", "utf8"),
      new RegExp(`^FROM node:${devDependencies.node.replaceAll(".", "\\.")}-\\w+-slim AS base$`, "m"),
      "the image has the Node of package.json",
    );
  });
});

describe("the realm for Keycloak", () => {
  const realm = JSON.parse(readFileSync("compose/keycloak-realm.json", "utf8")) as {
    realm: string;
    clients: Record<string, unknown>[];
    users: { username: string; enabled: boolean; credentials: { value: string }[] }[];
  };

  test("has both clients as the registration would make them, but for the secret, which is made up at the first start", () => {
    const ports = { op: 9443, frontDoor: 8080, apps: { playground2: 8082, playground3: 8083 } };
    assert.equal(realm.clients.length, appNames.length);
    for (const app of appNames) {
      const addresses = addressesOf(app, { ports, crossSite: false });
      const credentials = { clientId: app, clientSecret: "made up", forTutorial: true };
      const wanted = representationOf(metadataForApi({ name: app, addresses }), credentials);
      const there = realm.clients.find(({ clientId }) => clientId === app);
      assert.deepEqual(differences(there, wanted), ["secret"]);
    }
    assert.ok(
      composeFile.services["setup-keycloak"]?.command?.includes(
        `--issuer=http://localhost:9443/realms/${realm.realm}`,
      ),
    );
  });

  test("has the users of the demo, with their passwords", () => {
    for (const name of ["admin", "alice", "bob"]) {
      const user = realm.users.find(({ username }) => username === name);
      assert.equal(
        user?.credentials[0]?.value,
        demoUsers.find(({ username }) => username === name)?.password,
      );
      assert.equal(user?.enabled, true);
    }
  });
});
