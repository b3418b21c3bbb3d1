/** `slo-playground register --driver wso2` as a program, against a stand-in of the server's API. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { parseEnv } from "node:util";
import { runProgram, until } from "#lib/cli/testing/program.ts";
import { appNames, defaultPorts } from "#lib/config/apps.ts";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { freePort } from "#lib/net/free-port.ts";
import type { Answer, Asked, Json } from "#lib/products/testing/stand-in.ts";
import { type Application, startWso2, type Wso2 } from "#lib/products/wso2/testing/stand-in.ts";
import { loadState } from "./saved-state.ts";

const root = mkdtempSync(path.join(tmpdir(), "register-"));
const newFolder = () => path.join(root, crypto.randomUUID());
const servers: Wso2[] = [];
after(async () => {
  rmSync(root, { recursive: true, force: true });
  await Promise.all(servers.map((server) => server.close()));
});

/** A stand-in that closes after the tests, also after a failed one. */
async function stand(options?: Parameters<typeof startWso2>[0]): Promise<Wso2> {
  const server = await startWso2(options);
  servers.push(server);
  return server;
}

function start(issuer: string, data: string, ...flags: string[]) {
  const as = flags.some((flag) => flag === "--admin") ? [] : ["--admin", "admin:admin"];
  const at = ["--driver", "wso2", "--issuer", issuer, "--data", data];
  return runProgram(["lib/register/main.ts", ...at, ...as, ...flags]);
}

async function register(issuer: string, data: string, ...flags: string[]) {
  const program = start(issuer, data, ...flags);
  return { code: await program.ended, output: program.output() };
}

const writes = (asked: Asked[]) => asked.filter(({ method }) => method !== "GET").map(({ what }) => what);

describe("slo-playground register --driver wso2", { concurrency: 2 }, () => {
  it("creates both apps, each with its own logout URLs, and changes nothing the second time", async () => {
    const [server, data] = [await stand(), newFolder()];
    const first = await register(server.issuer, data);
    assert.equal(first.code, 0, first.output);
    for (const name of appNames) {
      assert.match(
        first.output,
        new RegExp(`^${name} is registered at ${server.issuer} as client ${name}: created\\.$`, "m"),
      );
      const application = server.applications.find((each) => each.name === name);
      const oidc = application?.oidc ?? {};
      assert.deepEqual(oidc.logout, {
        backChannelLogoutUrl: `http://localhost:8080/${name}/bclogout`,
        frontChannelLogoutUrl: `http://localhost:8080/${name}/fclogout`,
      });
      assert.equal(oidc.clientId, name);
      assert.ok((oidc.grantTypes as string[]).includes("password"));
      assert.ok((oidc.grantTypes as string[]).includes("client_credentials"));
      assert.deepEqual(
        oidc.allowedOrigins,
        [defaultPorts.frontDoor, defaultPorts.apps[name]].map((port) => `http://localhost:${port}`),
      );
      const { claimConfiguration, advancedConfigurations } = application as Application;
      const { subject } = claimConfiguration as { subject: { claim: Json } };
      assert.equal(subject.claim.uri, "http://wso2.org/claims/username");
      assert.deepEqual(advancedConfigurations, { skipLoginConsent: false, skipLogoutConsent: false });
    }
    assert.ok(
      !first.output.includes(String(server.applications[0]?.oidc?.clientSecret)),
      "the secret is not printed",
    );
    const wrote = writes(server.asked);
    assert.deepEqual(
      wrote,
      appNames.map(() => "POST /api/server/v1/applications"),
    );

    const second = await register(server.issuer, data);
    for (const name of appNames)
      assert.match(second.output, new RegExp(` as client ${name}: unchanged\\.$`, "m"));
    assert.deepEqual(writes(server.asked), wrote);
    const { registrations, clientSecrets } = await loadState(data);
    assert.deepEqual(
      registrations.map(({ clientId, clientSecret }) => [clientId, clientSecret]),
      Object.entries(clientSecrets),
    );
  });

  it("is recognized without --driver, and says that its API sets no encryption", async () => {
    const [server, data] = [await stand(), newFolder()];
    const flags = ["--issuer", server.issuer, "--data", data, "--admin", "admin:admin"];
    const program = runProgram(["lib/register/main.ts", ...flags, "--app", "playground2"]);
    assert.equal(await program.ended, 0, program.output());
    assert.match(program.output(), /as client playground2: created\./);
    const encrypted = runProgram(["lib/register/main.ts", ...flags, "--encrypt", "RSA-OAEP"]);
    assert.equal(await encrypted.ended, 2);
    assert.match(encrypted.output(), /^--encrypt: only for dynamic registration; omit it, or --admin\.\n$/);
  });

  it("has one callback, an expression that matches exactly the app's own addresses", async () => {
    const server = await stand();
    await register(server.issuer, newFolder(), "--app", "playground2", "--cross-site");
    const callbacks = server.applications[0]?.oidc?.callbackURLs as string[];
    assert.equal(callbacks.length, 1);
    const [, pattern = ""] = /^regexp=(.*)$/.exec(callbacks[0] ?? "") ?? [];
    // Java's `matches` is for the whole text.
    const expression = new RegExp(`^(?:${pattern})$`);
    for (const url of [
      "http://localhost:8080/playground2/oauth2client",
      "http://localhost:8082/playground2/oauth2client",
      "http://localhost:8080/playground2/logout",
      "http://playground2.localhost:8080/playground2/api/auth/callback/op",
    ])
      assert.match(url, expression);
    for (const url of [
      "http://localhost:8080/playground3/oauth2client",
      "http://playground2xlocalhost:8080/playground2/oauth2client",
      "http://localhost:8080/playground2/oauth2client/",
      "https://attacker.example/http://localhost:8080/playground2/oauth2client",
    ])
      assert.doesNotMatch(url, expression);
  });

  it("corrects what was changed by hand, names it, and leaves the rest and the credentials", async () => {
    const [server, data] = [await stand(), newFolder()];
    await register(server.issuer, data);
    const [two] = server.applications;
    assert.ok(two?.oidc);
    // As the published walkthrough has it, and the console's default.
    two.oidc.logout = { backChannelLogoutUrl: "http://localhost:8080/playground3/bclogout" };
    two.oidc.refreshToken = { expiryInSeconds: 60 };
    two.oidc.clientSecret = "regenerated-in-the-console";
    two.advancedConfigurations = { skipLoginConsent: false, skipLogoutConsent: true };
    const { code, output } = await register(server.issuer, data);
    assert.equal(code, 0, output);
    assert.match(
      output,
      /playground2: updated \(advancedConfigurations\.skipLogoutConsent, logout\.backChannelLogoutUrl, logout\.frontChannelLogoutUrl\)\.\n.*playground3: unchanged\./,
    );
    assert.deepEqual(two.oidc?.refreshToken, { expiryInSeconds: 60 });
    const { logout } = two.oidc as { logout: Json };
    assert.equal(logout.backChannelLogoutUrl, "http://localhost:8080/playground2/bclogout");
    assert.deepEqual(two.advancedConfigurations, { skipLoginConsent: false, skipLogoutConsent: false });
    const { registrations } = await loadState(data);
    assert.equal(
      registrations.find(({ name }) => name === "playground2")?.clientSecret,
      "regenerated-in-the-console",
    );
  });

  it("takes over an application that was created in the console, with its own client ID", async () => {
    const [server, data] = [await stand(), newFolder()];
    const byHand = {
      clientId: "aGVsbG8",
      clientSecret: "c2VjcmV0",
      callbackURLs: ["http://localhost:8080/playground2/oauth2client"],
    };
    server.applications.push(
      { id: "1", name: "playground2", oidc: byHand },
      { id: "2", name: "playground3" },
    );
    const { code, output } = await register(server.issuer, data);
    assert.equal(code, 0, output);
    assert.match(output, /as client aGVsbG8: updated \(/);
    assert.match(output, /as client playground3: updated \(/);
    const { registrations } = await loadState(data);
    assert.equal(registrations[0]?.clientSecret, "c2VjcmV0");
  });

  it("registers public clients with --public, without a secret and without client credentials", async () => {
    const [server, data] = [await stand(), newFolder()];
    const { output } = await register(server.issuer, data, "--public", "--env-dir", data);
    assert.match(output, /^playground3 is registered at .* as public client playground3-public: created\.$/m);
    const oidc = server.applications.find(({ name }) => name === "playground3-public")?.oidc ?? {};
    assert.equal(oidc.publicClient, true);
    assert.equal(oidc.clientSecret, undefined);
    assert.ok(!(oidc.grantTypes as string[]).includes("client_credentials"));

    const file = path.join(data, "playground3.env");
    assert.equal(statSync(file).mode & 0o077, 0, "only its owner reads the secrets");
    const given = { RP_NAME: "playground3", RP_BASE_URLS: "http://localhost:8080/playground3" };
    const config = parseRpConfig({ ...given, ...parseEnv(readFileSync(file, "utf8")) });
    const application = server.applications.find(({ name }) => name === "playground3");
    assert.equal(config.OP_ISSUER, server.issuer);
    assert.equal(config.CLIENT_SECRET, application?.oidc?.clientSecret);
    assert.equal(config.PUBLIC_CLIENT_ID, "playground3-public");
  });

  const onApi =
    (status: number, json?: Json) =>
    (asked: Asked): Answer | undefined =>
      asked.url.pathname.startsWith("/api/") ? { status, json } : undefined;
  const refusals: [what: string, fault: (asked: Asked) => Answer | undefined, message: RegExp][] = [
    [
      "a user without the right",
      onApi(403, { description: "Operation is not permitted." }),
      /HTTP 403: Operation is not permitted\. This user lacks the rights/,
    ],
    [
      "an older version without the API",
      onApi(404),
      /HTTP 404\. The Application Management API is not there: is this WSO2 Identity Server 5\.11 or newer\? --driver generic/,
    ],
    [
      "a duplicate that this user cannot see",
      ({ method }) =>
        method === "POST"
          ? {
              status: 409,
              json: { description: "An application with the name: playground2 already exists." },
            }
          : undefined,
      /HTTP 409: An application with the name: playground2 already exists\. .*rename or delete it/,
    ],
    [
      "a version that does not support such a callback",
      ({ method }) =>
        method === "POST"
          ? { status: 501, json: { description: "Multiple callbacks for OAuth2 are not supported yet." } }
          : undefined,
      /HTTP 501: Multiple callbacks for OAuth2 are not supported yet\. .*older than 7\.0/,
    ],
    [
      "another product's API",
      onApi(200, { applications: "none" }),
      /does not answer as WSO2 Identity Server does\. Try --driver generic/,
    ],
    ["a redirect, which would take the password elsewhere", onApi(302), /HTTP 302\./],
  ];
  for (const [what, fault, message] of refusals) {
    it(`says in one line what to do about ${what}`, async () => {
      const server = await stand({ fault });
      const { code, output } = await register(server.issuer, newFolder());
      assert.equal(code, 2, output);
      assert.match(output, message);
      assert.equal(output.trim().split("\n").length, 1, output);
    });
  }

  it("says in one line that the password is wrong, and tries it only once: more might lock the account", async () => {
    const server = await stand();
    const flags = ["--admin", "admin:wrong", "--wait", "30"];
    const { code, output } = await register(server.issuer, newFolder(), ...flags);
    assert.equal(code, 2);
    assert.match(output, /^GET .* HTTP 401\. Check the name and password of --admin\.\n$/);
    assert.ok(!output.includes("wrong"));
    assert.equal(server.asked.filter(({ headers }) => headers.authorization).length, 1);
  });

  it("says in one line that an issuer is not WSO2's, or that the connection is refused", async () => {
    const server = await stand({
      fault: ({ url }) =>
        url.pathname === "/.well-known/openid-configuration"
          ? { status: 200, json: { issuer: url.origin } }
          : undefined,
    });
    const other = await register(server.origin, newFolder());
    const unreachable = await register(`http://localhost:${await freePort()}/oauth2/token`, newFolder());
    assert.deepEqual([other.code, unreachable.code], [2, 2]);
    assert.match(
      other.output,
      /^http:\S+ is not an issuer of WSO2 Identity Server, which ends in \/oauth2\/token\. .*\n$/,
    );
    assert.match(unreachable.output, /^No discovery document at .*ECONNREFUSED.*\n$/);
  });

  it("waits for a server that is starting: connection refused, then 503, then success", async () => {
    const port = await freePort();
    let starting = true;
    const program = start(`http://localhost:${port}/oauth2/token`, newFolder(), "--wait", "30");
    await program.printed(/^Waiting, 30 s at most: No discovery document at .*ECONNREFUSED/m);
    const server = await stand({ port, fault: () => (starting ? { status: 503 } : undefined) });
    await until(() => server.asked.length >= 2, "two more attempts");
    starting = false;
    const code = await program.ended;
    assert.equal(code, 0, program.output());
    assert.match(program.output(), /playground3: created\./);
  });

  it("waits no longer than --wait allows", async () => {
    const program = start(`http://localhost:${await freePort()}/oauth2/token`, newFolder(), "--wait", "1");
    assert.equal(await program.ended, 2);
    assert.match(program.output(), /ECONNREFUSED.* wait for it with --wait SECONDS\.\n$/);
  });
});
