/** What docker-compose.yml promises, as far as the file itself can tell. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";
import {
  type AppName,
  accents,
  addressesOf,
  appNames,
  apps,
  defaultPorts,
  otherAppsOf,
} from "#lib/config/apps.ts";
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
    assert.deepEqual(started("wso2").sort(), ["front-door", "network", ...appNames, "setup", "wso2is"]);
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

    test(`${profile}: a service that stays waits for each that ends, or up --wait would fail`, () => {
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
    const { op, frontDoor, apps } = defaultPorts;
    const wanted = [frontDoor, ...Object.values(apps), op].map((port) => `127.0.0.1:${port}:${port}`);
    assert.deepEqual(composeFile.services.network?.ports, wanted);
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

/** The list of apps, and what cannot be derived from it. */
describe("every app of lib/config/apps.ts", () => {
  const layout = { ports: defaultPorts, crossSite: false };
  const services = (profile: string, app: AppName) =>
    Object.entries(servicesOf(profile)).filter(([, { environment }]) => environment?.RP_NAME === app);

  for (const profile of profiles)
    test(`runs in the profile ${profile}, at its own addresses and in its own colour`, () => {
      const found = Object.values(servicesOf(profile)).flatMap(
        ({ environment }) => environment?.RP_NAME ?? [],
      );
      assert.deepEqual([...new Set(found)], appNames);
      for (const app of appNames) {
        const own = services(profile, app);
        assert.equal(own.length, profile === "scale" ? 2 : 1, app);
        for (const [name, { environment, command }] of own) {
          const { RP_BASE_URLS, OTHER_APPS, RP_ACCENT, DATA_DIR, PORT } = environment ?? {};
          assert.equal(RP_BASE_URLS, addressesOf(app, layout).baseUrls.join(), name);
          assert.equal(OTHER_APPS, otherAppsOf(app, layout).join(), name);
          assert.equal(RP_ACCENT, accents[app], name);
          assert.equal(DATA_DIR, `/data/${app}`, name);
          assert.ok(command?.includes(`--env-file=/data/${app}.env`), name);
          if (own.length === 1) assert.equal(PORT, String(defaultPorts.apps[app]), name);
        }
      }
    });

  test("has its place behind both front doors, and on the ready page", () => {
    const [single, scaled, page] = ["Caddyfile", "scale.Caddyfile", "www/index.html"].map((name) =>
      readFileSync(`compose/${name}`, "utf8"),
    );
    const upstreams = composeFile.services["front-door-scale"]?.environment ?? {};
    for (const app of appNames) {
      const variable = app.toUpperCase();
      const port = defaultPorts.apps[app];
      assert.ok(single?.includes(`@${app} path /${app} /${app}/*`), app);
      assert.ok(
        single?.includes(`handle @${app} {\n\t\treverse_proxy {$${variable}:127.0.0.1:${port}} {`),
        app,
      );
      assert.match(
        single ?? "",
        new RegExp(`handle /_next/\\* \\{\\n\\t\\treverse_proxy .*\\{\\$${variable}:`),
      );
      assert.ok(scaled?.includes(`http://localhost:${port} {\n\treverse_proxy {$${variable}} {`), app);
      const replicas = services("scale", app).map(([, { environment }]) => `127.0.0.1:${environment?.PORT}`);
      assert.equal(upstreams[variable], replicas.join(" "));
      const [shared, own] = addressesOf(app, layout).baseUrls;
      assert.ok(page?.includes(`<a class="btn btn-primary" href="/${app}/">Open ${app}</a>`), app);
      assert.ok(page?.includes(`<td class="mono">${shared}/ and ${own}/</td>`), app);
    }
  });

  test(".env.example shows the first", () => {
    const [first] = apps;
    const { RP_NAME, RP_BASE_URLS, RP_ACCENT, CLIENT_ID } = parseEnv(readFileSync(".env.example", "utf8"));
    assert.deepEqual([RP_NAME, CLIENT_ID, RP_ACCENT], [first.name, first.name, first.accent]);
    assert.equal(RP_BASE_URLS, `http://localhost:${first.port}/${first.name}`);
  });

  test("has a colour that the style sheet knows", () => {
    const css = readFileSync("app/globals.css", "utf8");
    for (const { accent } of apps) assert.ok(css.includes(`[data-accent="${accent}"]`), accent);
  });
});

describe("the realm for Keycloak", () => {
  const realm = JSON.parse(readFileSync("compose/keycloak-realm.json", "utf8")) as {
    realm: string;
    clients: Record<string, unknown>[];
    users: { username: string; enabled: boolean; credentials: { value: string }[] }[];
  };

  test("has both clients as the registration would make them, but for the secret, which is made up at the first start", () => {
    assert.equal(realm.clients.length, appNames.length);
    for (const app of appNames) {
      const addresses = addressesOf(app, { ports: defaultPorts, crossSite: false });
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
