/** What the Dockerfile builds, and what docker-compose.yml runs of it: the steps and commands of these files, outside of
 * containers. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { appNames, defaultPorts } from "#lib/config/apps.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { loadCertificate } from "#lib/op/tls.ts";
import { startKeycloak } from "#lib/products/keycloak/testing/stand-in.ts";
import { startWso2 } from "#lib/products/wso2/testing/stand-in.ts";
import { type Caddy, startCaddy } from "./caddy.ts";
import { composeFile, servicesOf } from "./compose-file.ts";
import { type Container, createMachine, type Machine, seal } from "./containers.ts";
import { buildImage, type Image, isInContext } from "./dockerfile.ts";
import { loggedOutBy, logOut, signIn, userAt } from "./walkthrough.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "image-"));
chmodSync(scratch, 0o755);
after(() => rmSync(scratch, { recursive: true, force: true }));

let image: Image;
before(async () => {
  image = await buildImage(scratch);
  seal(image);
});

describe("the image", () => {
  test("runs as an ordinary user, and starts a Relying Party by default", () => {
    assert.equal(image.user, "node");
    assert.deepEqual(image.command, ["node", "server.js"]);
    assert.deepEqual(image.healthcheck, ["node", "bin/healthcheck.mjs"]);
  });

  test("has nothing that is for development or private", () => {
    for (const file of [
      ".env",
      ".data/demo.json",
      ".git/config",
      "e2e/compose/lane.ts",
      "lib/op/tls.test.ts",
      "lib/check/main.ts",
    ])
      assert.ok(!isInContext(file), file);
    const packages = readdirSync(path.join(image.root, image.workdir, "node_modules"));
    for (const name of ["oidc-provider", "next", "openid-client"]) assert.ok(packages.includes(name), name);
    for (const name of ["typescript", "playwright", "sharp", "node"])
      assert.ok(!packages.includes(name), name);
  });

  test("is as large as docs/apps/docker.md says", () => {
    const bytes = sizeOf(path.join(image.root, image.workdir));
    const [, megabytes] =
      /application layer is (\d+) MB/.exec(readFileSync("docs/apps/docker.md", "utf8")) ?? [];
    assert.ok(Math.abs(bytes / 1e6 - Number(megabytes)) < 5, `it is ${(bytes / 1e6).toFixed(1)} MB`);
  });
});

/** Bytes of the files in a folder; what links lead to is there already. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return sum + sizeOf(full);
    return sum + (entry.isFile() ? statSync(full).size : 0);
  }, 0);
}

/** The ports of docker-compose.yml as this machine has them, for the registration. */
const portFlags = (machine: Machine) => [
  `--front-port=${machine.port(defaultPorts.frontDoor)}`,
  `--ports=${appNames.map((name) => machine.port(defaultPorts.apps[name])).join(",")}`,
];
const opPortFlag = (machine: Machine) => `--op-port=${machine.port(defaultPorts.op)}`;

describe("docker compose --profile embedded up", () => {
  let machine: Machine;
  let caddy: Caddy;
  const started: Record<string, Container> = {};

  before(async () => {
    machine = await createMachine(image, path.join(scratch, "embedded"));
    const ports = [opPortFlag(machine), ...portFlags(machine)];
    const setup = machine.start("setup-embedded", ports);
    assert.equal(await setup.ended, 0, setup.output());
    for (const name of ["op", ...appNames.map((app) => `${app}-embedded`)])
      started[name] = machine.start(name);
    await Promise.all(Object.values(started).map((each) => each.healthy()));
    caddy = await startCaddy("Caddyfile", {
      folder: path.join(scratch, "embedded-caddy"),
      here: machine.here,
    });
  });
  after(async () => {
    await caddy.stop();
    await machine.stop();
  });

  test("starts all services of the profile that are ours", () => {
    const ours = Object.entries(servicesOf("embedded")).filter(([, { build }]) => build !== undefined);
    assert.deepEqual(ours.map(([name]) => name).sort(), [...Object.keys(started), "setup-embedded"].sort());
  });

  test("gives the walkthrough: sign in at both apps, log out at one, and the other has lost its session", async () => {
    const door = machine.here("http://localhost:8080");
    const browser = new HttpBrowser();
    for (const app of appNames) {
      await signIn(browser, `${door}/${app}`, machine.here("http://localhost:9443/oauth2/token"));
      assert.equal(await userAt(browser, `${door}/${app}`), "admin");
    }
    const { mechanism } = await loggedOutBy(browser, `${door}/playground3`);
    await logOut(browser, `${door}/playground2`);
    assert.equal(await mechanism, "back-channel", "a page that is open hears of it, through the front door");
    for (const app of appNames) assert.equal(await userAt(browser, `${door}/${app}`), null, app);
    const { output } = started["playground3-embedded"] ?? {};
    assert.match(output?.() ?? "", /Backchannel logout request received\./);
  });

  test("serves the apps' scripts and styles, the front door's page too", async () => {
    const browser = new HttpBrowser();
    const door = machine.here("http://localhost:8080");
    const page = await browser.get(`${door}/playground2/oauth2`);
    const [, script] = /src="(\/_next\/static\/[^"]+\.js)"/.exec(page.text) ?? [];
    for (const url of [
      script,
      "/playground2/assets/playground.css",
      "/playground3/assets/rp/rp-iframe.js",
      "/",
    ])
      assert.equal((await fetch(`${door}${url}`)).status, 200, url);
    assert.equal((await fetch(machine.here("http://localhost:9443/assets/playground.css"))).status, 200);
  });

  test("a health check fails when nothing listens", async () => {
    const app = started["playground2-embedded"];
    await app?.stop();
    await assert.rejects(async () => app?.healthy(), /not healthy/);
  });
});

describe("docker compose up, with WSO2 Identity Server", () => {
  test("setup registers the apps and makes them trust the server's certificate", async () => {
    const machine = await createMachine(image, path.join(scratch, "wso2"));
    const server = await startWso2({ tls: await loadCertificate(":memory:"), port: machine.port(9443) });
    const ports = portFlags(machine);
    try {
      const setup = machine.start("setup", ports);
      assert.equal(await setup.ended, 0, setup.output());
      assert.match(setup.output(), /Trusted on first use/);
      assert.deepEqual(
        server.applications.map(({ name }) => name).sort(),
        appNames.flatMap((name) => [name, `${name}-public`]).sort(),
      );
      const running = appNames.map((name) => machine.start(name));
      await Promise.all(running.map((app) => app.healthy()));
      for (const name of appNames) {
        const base = machine.here(`http://localhost:${defaultPorts.apps[name]}/${name}`);
        const form = await new HttpBrowser().get(`${base}/oauth2`);
        const [, endpoint] = /name="authorization_endpoint" value="([^"]*)"/.exec(form.text) ?? [];
        // It comes from the discovery document, which the app has read over https.
        assert.equal(endpoint, `${server.origin}/oauth2/authorize`);
      }
    } finally {
      await machine.stop();
      await server.close();
    }
  });
});

describe("docker compose --profile keycloak up", () => {
  test("setup gives the clients of the imported realm their secrets, and public ones beside them", async () => {
    const machine = await createMachine(image, path.join(scratch, "keycloak"));
    const realm = JSON.parse(machine.here(readFileSync("compose/keycloak-realm.json", "utf8"))) as {
      clients: Record<string, unknown>[];
    };
    const clients = realm.clients.map((client) => ({ ...client, id: crypto.randomUUID() }));
    const server = await startKeycloak({ clients, port: machine.port(9443) });
    const ports = portFlags(machine);
    const setup = machine.start("setup-keycloak", ports);
    const code = await setup.ended;
    await server.close();
    assert.equal(code, 0, setup.output());
    assert.match(setup.output(), /as client playground2: updated \(secret\)\.$/m);
    assert.match(setup.output(), /as public client playground3-public: created\.$/m);
  });
});

describe("docker compose --profile scale up", () => {
  let machine: Machine;
  let caddy: Caddy;
  let redis: ChildProcess;

  before(async () => {
    machine = await createMachine(image, path.join(scratch, "scale"));
    redis = await startRedis(machine.port(6379), path.join(scratch, "redis"));
    const ports = [opPortFlag(machine), ...portFlags(machine)];
    const setup = machine.start("setup-embedded", ports);
    assert.equal(await setup.ended, 0, setup.output());
    const ours = Object.entries(servicesOf("scale")).filter(([, { build }]) => build !== undefined);
    const staying = ours.map(([name]) => name).filter((name) => name !== "setup-embedded");
    await Promise.all(staying.map((name) => machine.start(name).healthy()));
    const { environment = {} } = composeFile.services["front-door-scale"] ?? {};
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, machine.here(value)]),
    );
    const folder = path.join(scratch, "scale-caddy");
    caddy = await startCaddy("scale.Caddyfile", { folder, here: machine.here, env });
  });
  after(async () => {
    await caddy.stop();
    await machine.stop();
    const gone = once(redis, "exit");
    redis.kill("SIGTERM");
    await gone;
  });

  test("gives the walkthrough, whichever replica is asked, with the sessions in Redis", async () => {
    const door = machine.here("http://localhost:8080");
    const browser = new HttpBrowser();
    for (const app of appNames) {
      await signIn(browser, `${door}/${app}`, machine.here("http://localhost:9443/oauth2/token"));
      // One replica, then the other.
      for (let turn = 0; turn < 2; turn++) assert.equal(await userAt(browser, `${door}/${app}`), "admin");
    }
    const cli = ["-p", String(machine.port(6379)), "keys", "*"];
    const keys = spawnSync("redis-cli", cli, { encoding: "utf8" }).stdout;
    for (const app of appNames) assert.ok(keys.includes(app), keys);

    const { mechanism } = await loggedOutBy(browser, `${door}/playground3`);
    await logOut(browser, `${door}/playground2`);
    assert.equal(await mechanism, "back-channel");
    for (const base of ["http://localhost:8082/playground2", "http://localhost:8083/playground3"])
      assert.equal(await userAt(browser, machine.here(base)), null, "at the app's own port");
  });
});

/** Debian's Redis, with the flags that the service gives to Valkey. */
async function startRedis(port: number, folder: string): Promise<ChildProcess> {
  const [, ...flags] = composeFile.services.redis?.command ?? [];
  mkdirSync(folder);
  const child = spawn("redis-server", [...flags, "--port", String(port), "--dir", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Ready to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
  return child;
}
