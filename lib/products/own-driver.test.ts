/** A driver of the user's own, such as examples/my-driver.ts. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Driver } from "./driver.ts";
import { driverNamed, productNames } from "./index.ts";
import { apiOf, cannotRun, echo, empty, json, metadata } from "./testing/api.ts";

const folder = mkdtempSync(join(tmpdir(), "driver-"));
after(() => rmSync(folder, { recursive: true }));
const root = join(import.meta.dirname, "../..");
const docs = readFileSync(join(root, "docs/checking/drivers.md"), "utf8");

async function loaded(name: string, code: string) {
  const path = join(folder, name);
  writeFileSync(path, code);
  return driverNamed(path);
}

describe("the example of a driver, loaded from its path", () => {
  let driver: Driver;
  before(async () => {
    driver = await driverNamed(join(root, "examples/my-driver.ts"));
  });
  const issuer = "https://id.example";
  const frontChannel = ["frontchannel_logout_uri", "frontchannel_logout_session_required"];

  it("registers and removes a client by the product's API", async () => {
    const { asked, context } = apiOf(issuer, {
      "POST /admin/clients": json({ id: "c 1", secret: "s" }, { status: 201 }),
      "DELETE /admin/clients/c%201": empty(204),
    });
    const { remove, ...client } = (await driver.register?.(metadata, context)) ?? {};
    assert.deepEqual(client, { clientId: "c 1", clientSecret: "s", missing: frontChannel });
    await remove?.();
    const by = `Basic ${btoa("admin:s:cret")}`;
    assert.deepEqual(
      asked.map(({ what, authorization }) => [what, authorization]),
      [
        ["POST /admin/clients", by],
        ["DELETE /admin/clients/c%201", by],
      ],
    );
    assert.equal(JSON.parse(asked[0]?.body ?? "").backChannelLogoutUri, metadata.backchannel_logout_uri);
  });

  it("registers dynamically without an administrator", async () => {
    const { context } = apiOf(issuer, { "POST /register": echo });
    const client = await driver.register?.(metadata, { ...context, admin: undefined });
    assert.deepEqual([client?.clientId, client?.missing], ["dcr", []]);
  });

  it("ends sessions and rotates keys, and says in one line why it cannot", async () => {
    const user = { name: "a b", password: "x" };
    const { asked, context } = apiOf(issuer, {
      "DELETE /admin/sessions/s%2F1": empty(204),
      "DELETE /admin/users/a%20b/sessions": empty(204),
      "POST /admin/keys": empty(201),
    });
    await driver.endSession?.(user, "s/1", context);
    await driver.endAllSessions?.(user, context);
    await driver.rotateKeys?.(context);
    assert.equal(asked.length, 3);
    const closed = apiOf(issuer, { "POST /admin/keys": empty(401) });
    await assert.rejects(async () => driver.rotateKeys?.(closed.context), cannotRun(/HTTP 401\. .*--admin/));
    const withoutAdmin = { ...context, admin: undefined };
    await assert.rejects(async () => driver.rotateKeys?.(withoutAdmin), { name: "NoAdministrator" });
  });

  it("is linked from the docs", () => {
    assert.match(docs, /\]\(\.\.\/\.\.\/examples\/my-driver\.ts\)/);
  });
});

describe("a driver of one's own", () => {
  it("is refused in one line where the module lacks a function, fails, or does not exist", async () => {
    const incomplete = loaded("incomplete.ts", "export default { name: 'x', login() {} };");
    await assert.rejects(incomplete, cannotRun(/no default export with/));
    const broken = loaded("broken.ts", "throw new Error('on purpose');");
    await assert.rejects(broken, /cannot be loaded: Error: on purpose/);
    await assert.rejects(driverNamed("./absent.ts"), CannotRun);
    await assert.rejects(driverNamed("okta"), /There is no driver okta: choose embedded, wso2/);
  });

  it("is in the table of the docs, as all products are", () => {
    for (const name of [...productNames, "./my-driver.ts"])
      assert.ok(docs.includes(`\n| \`${name}\` |`), name);
  });
});
