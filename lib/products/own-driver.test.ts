/** A driver of the user's own, as docs/checking/drivers.md shows one. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { DriverContext } from "./driver.ts";
import { driverNamed, driverNames } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "driver-"));
after(() => rmSync(folder, { recursive: true }));
const docs = readFileSync(join(import.meta.dirname, "../../docs/checking/drivers.md"), "utf8");

async function loaded(name: string, code: string) {
  const path = join(folder, name);
  writeFileSync(path, code);
  return driverNamed(path);
}

describe("a driver of one's own", () => {
  it("is the complete example of the docs, loaded from its path", async () => {
    const [, code = ""] = /```ts\n(.*?)```/s.exec(docs) ?? [];
    const driver = await loaded("example.ts", code);
    assert.equal(driver.name, "my-product");
    const sent: string[] = [];
    const context = {
      issuer: "https://op.example",
      admin: { name: "admin", password: "secret" },
      fetch: async (url: string, init: RequestInit) => {
        sent.push(`${init.method} ${url} ${new Headers(init.headers).get("authorization")}`);
        return Response.json({ id: "1", secret: "s" });
      },
    } as unknown as DriverContext;
    const client = await driver.register?.({ client_name: "rp-a" } as unknown as ClientMetadata, context);
    assert.deepEqual(
      { ...client, remove: "" },
      { clientId: "1", clientSecret: "s", missing: [], remove: "" },
    );
    await client?.remove?.();
    await driver.endAllSessions?.({ name: "a b", password: "x" }, context);
    const by = `Basic ${btoa("admin:secret")}`;
    assert.deepEqual(sent, [
      `POST https://op.example/admin/clients ${by}`,
      `DELETE https://op.example/admin/clients/1 ${by}`,
      `DELETE https://op.example/admin/users/a%20b/sessions ${by}`,
    ]);
    const closed = { ...context, fetch: async () => new Response(null, { status: 401 }) };
    await assert.rejects(
      async () => driver.endAllSessions?.({ name: "alice", password: "x" }, closed),
      /ends no session: HTTP 401/,
    );
  });

  it("is refused in one line where the module lacks a function, fails, or is not there", async () => {
    const incomplete = loaded("incomplete.ts", "export default { name: 'x', login() {} };");
    await assert.rejects(
      incomplete,
      (error) => error instanceof CannotRun && /no default export with/.test(error.message),
    );
    await assert.rejects(
      loaded("broken.ts", "throw new Error('on purpose');"),
      /cannot be loaded: Error: on purpose/,
    );
    await assert.rejects(driverNamed("./absent.ts"), CannotRun);
    await assert.rejects(driverNamed("okta"), /There is no driver okta: choose embedded, wso2/);
  });

  it("stands in the table of the docs, as all that come with the suite do", () => {
    for (const name of driverNames) assert.match(docs, new RegExp(`^\\| \`${name}\` \\|`, "m"));
  });
});
