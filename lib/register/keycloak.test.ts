/** `slo-playground register --driver keycloak` as a program, against a stand-in of the server's API. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { runProgram } from "#lib/cli/testing/program.ts";
import { startKeycloak } from "#lib/products/keycloak/testing/stand-in.ts";
import type { Answer, Asked, Json } from "#lib/products/testing/stand-in.ts";
import { loadState } from "./saved-state.ts";

const root = mkdtempSync(path.join(tmpdir(), "register-"));
after(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => path.join(root, crypto.randomUUID());

async function register(issuer: string, data: string, ...flags: string[]) {
  const as = flags.includes("--admin") ? [] : ["--admin", "admin:admin"];
  const at = ["--driver", "keycloak", "--issuer", issuer, "--data", data];
  const program = runProgram(["lib/register/main.ts", ...at, ...as, ...flags]);
  return { code: await program.ended, output: program.output() };
}

describe("slo-playground register --driver keycloak", { concurrency: 2 }, () => {
  it("creates both clients with every logout field, and changes nothing the second time", async () => {
    const [server, data] = [await startKeycloak(), newFolder()];
    const first = await register(server.issuer, data);
    const second = await register(server.issuer, data);
    await server.close();
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /as client playground2: created\.\n.* as client playground3: created\./);
    assert.match(second.output, /as client playground2: unchanged\.\n.* as client playground3: unchanged\./);
    const { clientSecrets } = await loadState(data);
    for (const name of ["playground2", "playground3"] as const) {
      const client = server.clients.find(({ clientId }) => clientId === name) ?? {};
      const attributes = client.attributes as Json;
      assert.equal(attributes["backchannel.logout.url"], `http://localhost:8080/${name}/bclogout`);
      assert.equal(attributes["backchannel.logout.session.required"], "true");
      assert.equal(attributes["frontchannel.logout.url"], `http://localhost:8080/${name}/fclogout`);
      assert.match(
        String(attributes["post.logout.redirect.uris"]),
        new RegExp(`^http://localhost:8080/${name}/logout##http://localhost:808.*/logout$`),
      );
      assert.equal(client.frontchannelLogout, false, "with it on, Keycloak sends no logout token");
      assert.equal(client.secret, clientSecrets[name]);
    }
  });

  it("corrects what was changed by hand, and leaves the rest", async () => {
    const [server, data] = [await startKeycloak(), newFolder()];
    await register(server.issuer, data);
    const index = server.clients.findIndex(({ clientId }) => clientId === "playground2");
    const two = server.clients[index] ?? {};
    server.clients[index] = {
      ...two,
      secret: "rotated",
      frontchannelLogout: true,
      attributes: { ...(two.attributes as Json), "client.session.idle.timeout": "60" },
    };
    const { output } = await register(server.issuer, data);
    await server.close();
    assert.match(output, /playground2: updated \(secret, frontchannelLogout\)\./);
    assert.equal(server.clients[index]?.frontchannelLogout, false);
    const { attributes = {} } = server.clients[index] ?? {};
    assert.equal((attributes as Json)["client.session.idle.timeout"], "60");
  });

  it("registers public clients with --public", async () => {
    const server = await startKeycloak();
    const { output } = await register(server.issuer, newFolder(), "--public", "--app", "playground3");
    await server.close();
    assert.match(output, /as public client playground3-public: created\./);
    const client = server.clients.find(({ clientId }) => clientId === "playground3-public") ?? {};
    assert.deepEqual(
      [client.publicClient, client.serviceAccountsEnabled, client.secret],
      [true, false, undefined],
    );
  });

  const onApi =
    (status: number, json?: Json) =>
    (asked: Asked): Answer | undefined =>
      asked.url.pathname.startsWith("/admin/") ? { status, json } : undefined;
  const refusals: [
    what: string,
    fault: (asked: Asked) => Answer | undefined,
    flags: string[],
    message: RegExp,
  ][] = [
    [
      "a wrong password",
      () => undefined,
      ["--admin", "admin:wrong"],
      /HTTP 401: Invalid user credentials\. Pass an administrator of the master realm/,
    ],
    ["a user without the right", onApi(403), [], /HTTP 403\. This user lacks the rights in this realm\./],
    ["a missing API", onApi(404), [], /HTTP 404\. The admin REST API is not there/],
    [
      "a duplicate that this user cannot see",
      ({ method, url }) =>
        method === "POST" && url.pathname.startsWith("/admin/")
          ? { status: 409, json: { errorMessage: "Client playground2 already exists" } }
          : undefined,
      [],
      /HTTP 409: Client playground2 already exists\. A client of this ID exists/,
    ],
    ["another product's API", onApi(200, { clients: [] }), [], /does not answer as Keycloak does/],
  ];
  for (const [what, fault, flags, message] of refusals) {
    it(`says in one line what to do about ${what}`, async () => {
      const server = await startKeycloak({ fault });
      const { code, output } = await register(server.issuer, newFolder(), ...flags);
      await server.close();
      assert.equal(code, 2, output);
      assert.match(output, message);
      assert.equal(output.trim().split("\n").length, 1, output);
    });
  }

  it("says in one line that an issuer is not Keycloak's", async () => {
    const server = await startKeycloak({
      fault: ({ url }) => ({ status: 200, json: { issuer: `${url.origin}/op` } }),
    });
    const { code, output } = await register(`${server.origin}/op`, newFolder());
    await server.close();
    assert.equal(code, 2);
    assert.match(output, /^http:\S+ is not an issuer of Keycloak, which ends in \/realms\/NAME\. .*\n$/);
  });
});
