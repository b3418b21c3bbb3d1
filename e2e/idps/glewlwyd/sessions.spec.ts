/** The driver really ends sessions: otherwise checks would report missing notifications about nothing. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, expect, test } from "@playwright/test";
import { freePort } from "#lib/net/free-port.ts";
import type { DriverContext } from "#lib/products/driver.ts";
import { administrator } from "#lib/products/glewlwyd/configuration.ts";
import { sessions } from "#lib/products/glewlwyd/sessions.ts";
import { type Glewlwyd, startGlewlwyd } from "./glewlwyd.ts";

const user = { name: "dwho", password: crypto.randomUUID() };
let idp: Glewlwyd;
let context: DriverContext;

test.beforeAll(async () => {
  const runDir = mkdtempSync(join(tmpdir(), "glewlwyd-"));
  idp = await startGlewlwyd({ port: await freePort(), runDir, clients: [], users: [user] });
  const { issuer } = idp;
  context = { issuer, metadata: { issuer }, admin: administrator, fetch };
});

test.afterAll(() => idp?.stop());

const at = (path: string) => new URL(path, idp.issuer).href;

async function signIn({ request }: BrowserContext): Promise<void> {
  const data = { username: user.name, password: user.password };
  expect((await request.post(at("/api/auth/"), { data })).status()).toBe(200);
}

const isSignedIn = async ({ request }: BrowserContext): Promise<boolean> =>
  (await request.get(at("/api/profile_list"))).status() === 200;

test("an administrator ends all sessions of a user", async ({ browser }) => {
  const browsers = [await browser.newContext(), await browser.newContext()];
  for (const each of browsers) await signIn(each);
  expect(await Promise.all(browsers.map(isSignedIn))).toEqual([true, true]);
  await sessions.endAllSessions(user, context);
  expect(await Promise.all(browsers.map(isSignedIn))).toEqual([false, false]);
});

test("a user logs out on the profile page, only in that browser", async ({ browser }) => {
  const [here, there] = [await browser.newContext(), await browser.newContext()];
  for (const each of [here, there]) await signIn(each);
  await sessions.logoutAtOp(await here.newPage(), context);
  expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([false, true]);
});
