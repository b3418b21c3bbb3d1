/** `slo-playground register` as a program, against the embedded OP and against a stand-in. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { runProgram } from "#lib/cli/testing/program.ts";
import { appNames, defaultPorts } from "#lib/config/apps.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { parseOptions } from "#lib/demo/options.ts";
import { rpPlan } from "#lib/demo/plans.ts";
import { createLog } from "#lib/log.ts";
import { freePort } from "#lib/net/free-port.ts";
import { type RunningOp, startOp } from "#lib/op/server.ts";
import { startWso2 } from "#lib/products/wso2/testing/stand-in.ts";
import { clientsAt, embeddedClients } from "./registration.ts";
import { loadState } from "./saved-state.ts";

type Json = Record<string, unknown>;

const ports = defaultPorts;
const data = mkdtempSync(path.join(tmpdir(), "register-"));
after(() => rmSync(data, { recursive: true, force: true }));

async function register(...flags: string[]): Promise<{ code: number | string; output: string }> {
  const program = runProgram(["lib/register/main.ts", "--data", data, ...flags]);
  return { code: await program.ended, output: program.output() };
}

describe("slo-playground register at the embedded OP", () => {
  let op: RunningOp;
  before(async () => {
    const config = parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:" });
    op = await startOp(config, createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" }));
  });
  after(() => op.close());

  it("refuses --public at a product without an API for it", async () => {
    const { code, output } = await register(
      "--op-port",
      String(op.port),
      "--admin",
      "admin:admin",
      "--public",
    );
    assert.equal(code, 2);
    assert.match(output, /^--public: this product has no API for it; .*\n$/);
  });

  it("registers all apps with every logout field and encryption, and the demo then uses these clients", async () => {
    const { code, output } = await register("--op-port", String(op.port), "--encrypt", "RSA-OAEP:A256GCM");
    assert.equal(code, 0, output);
    for (const field of [
      "id_token_encrypted_response_alg",
      "id_token_encrypted_response_enc",
      "jwks_uri",
      "post_logout_redirect_uris",
      "backchannel_logout_uri",
      "backchannel_logout_session_required",
      "frontchannel_logout_uri",
      "frontchannel_logout_session_required",
    ]) {
      assert.equal(
        output.match(new RegExp(`^  ${field} +accepted `, "gm"))?.length,
        appNames.length,
        `${field} in ${output}`,
      );
    }
    assert.match(output, /^Saved in .*: the demo uses them from its next start\.$/m);
    const { registrations, clientSecrets } = await loadState(data);
    const [two, three] = registrations;
    assert.ok(two?.clientSecret && three?.clientSecret);
    assert.match(
      output,
      new RegExp(`^playground3 is registered at ${op.issuer} as client ${three.clientId}\\.$`, "m"),
    );
    assert.ok(!output.includes(two.clientSecret), "the secret is not printed");

    const demo = { ports: { ...ports, op: op.port }, https: false, crossSite: false };
    const encryption = { alg: "RSA-OAEP", enc: "A256GCM" };
    const registered = Object.fromEntries(
      registrations.map(({ name, clientId: id, clientSecret: secret }) => [name, { id, secret, encryption }]),
    );
    assert.deepEqual(Object.keys(registered), appNames);
    assert.deepEqual(embeddedClients(demo, { registrations, clientSecrets }), registered);
    const elsewhere = { ...demo, ports: { ...demo.ports, frontDoor: 8180 } };
    assert.deepEqual(embeddedClients(elsewhere, { registrations, clientSecrets }).playground2, {
      id: "playground2",
      secret: clientSecrets.playground2,
    });
  });

  it("registers one app alone, in place of its earlier client, and reports it as JSON", async () => {
    const { registrations: before } = await loadState(data);
    const earlier = before.find(({ name }) => name === "playground3");
    const { code, output } = await register("--op-port", String(op.port), "--app", "playground3", "--json");
    assert.equal(code, 0, output);
    const { issuer, registered } = JSON.parse(output) as { issuer: string; registered: Json[] };
    const { registrations } = await loadState(data);
    assert.equal(issuer, op.issuer);
    assert.equal(registered.length, 1);
    assert.equal(registered[0]?.formerClientId, earlier?.clientId);
    assert.equal(registered[0]?.clientId, registrations.find(({ name }) => name === "playground3")?.clientId);
    assert.equal(registrations.length, before.length);
  });

  it("repeats the OP's reason if it refuses a client as a whole, with exit code 2", async () => {
    const { code, output } = await register(
      "--op-port",
      String(op.port),
      "--registration-auth",
      "admin:wrong",
    );
    assert.equal(code, 2);
    assert.match(output, /^\S+ refused to register playground2: HTTP 401, invalid_token: .*administrator/);
    assert.equal(output.trim().split("\n").length, 1);
  });

  it("refuses --public at a product without an API for it", async () => {
    const { code, output } = await register(
      "--op-port",
      String(op.port),
      "--admin",
      "admin:admin",
      "--public",
    );
    assert.equal(code, 2);
    assert.match(output, /^--public: this product has no API for it; .*\n$/);
  });
});

describe("slo-playground register at the user's own OP", () => {
  const taken = async (answer: (body: Json) => { status: number; body: Json }) => {
    const server = createServer(async (request, response) => {
      const issuer = `http://${request.headers.host}`;
      const { status, body } =
        request.method === "GET"
          ? { status: 200, body: { issuer, registration_endpoint: `${issuer}/register` } }
          : answer(JSON.parse(await text(request)) as Json);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(resolve));
    };
    return { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
  };

  it("reports a field that was ignored or refused, with exit code 0, or 1 with --strict", async () => {
    const op = await taken(({ frontchannel_logout_uri, ...body }) =>
      body.jwks_uri
        ? { status: 400, body: { error: "invalid_client_metadata", error_description: "no encryption" } }
        : { status: 201, body: { ...body, client_id: "x" } },
    );
    const flags = ["--issuer", op.issuer, "--encrypt", "RSA-OAEP:A256GCM"];
    const loose = await register(...flags);
    const strict = await register(...flags, "--strict");
    await op.close();
    assert.deepEqual([loose.code, strict.code], [0, 1], loose.output + strict.output);
    assert.match(loose.output, /^ {2}frontchannel_logout_uri +ignored +http:/m);
    assert.match(
      loose.output,
      /^ {2}id_token_encrypted_response_alg +refused +RSA-OAEP \(HTTP 400, invalid_client_metadata: no encryption\)$/m,
    );
  });

  it("calls no field ignored where the OP echoes none, and says how to find out", async () => {
    const op = await taken(() => ({ status: 201, body: { client_id: "x", client_secret: "s" } }));
    const { code, output } = await register("--issuer", op.issuer);
    await op.close();
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /ignored/);
    assert.match(output, /^ {2}backchannel_logout_uri +not echoed +http:/m);
    assert.match(output, /^ {2}Using it shows more: npm run doctor -- --issuer \S+ --app playground2 tries/m);
  });

  it("falls back to code and to a native client, and shows each refusal once", async () => {
    const bodies: Record<string, unknown>[] = [];
    const op = await taken((body) => {
      bodies.push(body);
      const words = String(body.response_types).includes("id_token")
        ? "implicit is off"
        : "http is for native clients";
      return body.application_type === "native"
        ? { status: 201, body: { ...body, client_id: "x" } }
        : { status: 400, body: { error: "invalid_client_metadata", error_description: words } };
    });
    const { code, output } = await register("--issuer", op.issuer);
    await op.close();
    assert.equal(code, 0, output);
    const asked = bodies.map(({ response_types, application_type }) => [response_types, application_type]);
    assert.deepEqual(asked.slice(-2), Array(2).fill([["code"], "native"]));
    assert.equal(output.split("http is for native clients").length, 2, output);
    assert.match(output, /^ {2}application_type +accepted +native$/m);
  });

  it("saves how ID Tokens are encrypted, and the demo passes it to its apps", async () => {
    const op = await taken((body) => ({ status: 201, body: { ...body, client_id: "x" } }));
    const { code } = await register("--issuer", op.issuer, "--encrypt", "ECDH-ES");
    const state = await loadState(data);
    const asked = { issuer: op.issuer, clients: {}, registration: undefined, ports, crossSite: false };
    const clients = await clientsAt(asked, state.registrations, async () =>
      assert.fail("nothing is registered again"),
    );
    await op.close();
    assert.equal(code, 0);
    const options = parseOptions(["--issuer", op.issuer], {});
    for (const name of appNames) {
      const { env } = rpPlan(name, clients[name], { options, state, env: {} }, state.sessionSecrets[name]);
      const config = parseRpConfig(env);
      assert.equal(config.ID_TOKEN_ENCRYPTED_RESPONSE_ALG, "ECDH-ES");
      assert.equal(config.ID_TOKEN_ENCRYPTED_RESPONSE_ENC, "A128CBC-HS256");
    }
  });

  it("keeps the first client if the second is refused", async () => {
    const op = await taken(({ client_name, ...body }) =>
      client_name === "playground2"
        ? { status: 201, body: { ...body, client_id: "two" } }
        : { status: 403, body: { error: "access_denied" } },
    );
    const { code, output } = await register("--issuer", op.issuer);
    const { registrations } = await loadState(data);
    await op.close();
    assert.equal(code, 2);
    assert.match(output, /^playground2 is registered at .* as client two\.$/m);
    assert.match(output, /refused to register playground3: HTTP 403, access_denied/);
    assert.ok(registrations.some(({ issuer, clientId }) => issuer === op.issuer && clientId === "two"));
  });
});

describe("slo-playground register without --driver", () => {
  it("recognizes the product, and uses its API with --admin", async () => {
    const server = await startWso2();
    const refused = await register("--issuer", server.issuer);
    const encrypted = await register(
      "--issuer",
      server.issuer,
      "--admin",
      "admin:admin",
      "--encrypt",
      "RSA-OAEP",
    );
    assert.deepEqual(server.applications, []);
    const { code, output } = await register("--issuer", server.issuer, "--admin", "admin:admin", "--public");
    await server.close();
    assert.match(refused.output, /has no registration_endpoint: register a client by hand/);
    assert.match(encrypted.output, /^--encrypt: only for dynamic registration; omit it, or --admin\.\n$/);
    assert.equal(code, 0, output);
    assert.deepEqual(
      server.applications.map(({ name }) => name).sort(),
      appNames.flatMap((name) => [name, `${name}-public`]).sort(),
    );
  });
});

describe("slo-playground register", { concurrency: true }, () => {
  it("says in one line that the embedded OP is not running", async () => {
    const { code, output } = await register("--op-port", String(await freePort()));
    assert.equal(code, 2);
    assert.match(output, /^No discovery document at .* Start the demo first, with npm run demo, .*\.\n$/);
  });

  it("runs without the packages of development, as in the container image", async () => {
    const without = (program: string) =>
      runProgram(["--import", "./lib/register/testing/no-dev-packages.mjs", program, "--help"]);
    const [own, check] = [without("lib/register/main.ts"), without("lib/check/main.ts")];
    assert.equal(await own.ended, 0, own.output());
    await check.ended;
    assert.match(check.output(), /@playwright\/test is a package of development/);
  });

  it("explains itself with --help", async () => {
    const { code, output } = await register("--help");
    assert.equal(code, 0);
    assert.match(output, /^Usage: npm run register -- \[flags\]\n/);
  });

  it("rejects a wrong flag with one line and exit code 2", async () => {
    const { code, output } = await register("--encrypt", "none");
    assert.equal(code, 2);
    assert.match(output, /^--encrypt: not ALG or ALG:ENC; .*RSA-OAEP-256.*A256GCM.*\.\n$/);
  });
});
