/** What an OpenID Provider writes does not reach the terminal as a command, as another line or backwards. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { type Json, type StandIn, standIn } from "#lib/products/testing/stand-in.ts";
import { startWso2 } from "#lib/products/wso2/testing/stand-in.ts";
import { runProgram } from "./testing/program.ts";

/** Clears the screen in two ways, reverses the direction, begins another line. */
const hostile = "a\u001b[2Jb\u009b2Jc\u202ed\u2066e\r\nReady: f\u2028g";
const shown = "a\\\\u001b\\[2Jb\\\\u009b2Jc\\\\u202ed\\\\u2066e";

const folder = mkdtempSync(path.join(tmpdir(), "foreign-"));
const servers: StandIn[] = [];
after(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function provider(
  document: (origin: string) => Json,
  answer: { status: number; json: Json },
): Promise<string> {
  const server = await standIn(({ what, body }, origin) => {
    if (what.startsWith("GET /.well-known/")) return { status: 200, json: document(origin) };
    if (answer.status !== 201) return answer;
    return { status: 201, json: { ...(JSON.parse(body || "{}") as Json), ...answer.json } };
  });
  servers.push(server);
  return server.origin;
}

const document = (origin: string): Json => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  registration_endpoint: `${origin}/register`,
  response_types_supported: ["code", hostile],
  scopes_supported: ["openid", hostile],
  id_token_signing_alg_values_supported: [hostile],
});

/** Runs a command, and checks that its output has nothing but visible characters and its own lines. */
async function output(command: string, issuer: string, ...flags: string[]): Promise<string> {
  const data = mkdtempSync(path.join(folder, "data-"));
  const program = runProgram([`lib/${command}/main.ts`, "--issuer", issuer, "--data", data, ...flags]);
  await program.ended;
  assert.doesNotMatch(program.output(), /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]/u);
  assert.doesNotMatch(program.output(), /^Ready: f/m);
  return program.output();
}

describe("text of an OpenID Provider at a terminal", { concurrency: 2 }, () => {
  const registered = { status: 201, json: { client_id: hostile, client_secret: "s", client_name: hostile } };
  const refused = { status: 400, json: { error: "invalid_client_metadata", error_description: hostile } };

  it("is visible in a report of register, as text and as JSON", async () => {
    const issuer = await provider(document, registered);
    const report = await output("register", issuer);
    assert.match(report, new RegExp(`as client ${shown}\\\\nReady: f\\\\u2028g\\.$`, "m"));
    const json = JSON.parse(await output("register", issuer, "--json")) as {
      registered: { clientId: string }[];
    };
    assert.equal(json.registered[0]?.clientId, hostile);
  });

  it("is visible in a refusal of register", async () => {
    assert.match(await output("register", await provider(document, refused)), new RegExp(shown));
  });

  it("is visible where another issuer is named", async () => {
    const issuer = await provider((origin) => ({ ...document(origin), issuer: hostile }), registered);
    for (const command of ["register", "doctor"])
      assert.match(await output(command, issuer), new RegExp(shown));
  });

  it("is visible in the findings of doctor, as text and as JSON", async () => {
    const issuer = await provider((origin) => ({ ...document(origin), jwks_uri: hostile }), refused);
    assert.match(await output("doctor", issuer), new RegExp(shown));
    JSON.parse(await output("doctor", issuer, "--json"));
  });

  it("is visible in the answer of an administration API", async () => {
    const wso2 = await startWso2({
      fault: ({ method }) =>
        method === "POST" ? { status: 400, json: { code: "APP-1", description: hostile } } : undefined,
    });
    servers.push(wso2);
    assert.match(
      await output("register", wso2.issuer, "--driver", "wso2", "--admin", "admin:admin"),
      new RegExp(shown),
    );
  });
});
