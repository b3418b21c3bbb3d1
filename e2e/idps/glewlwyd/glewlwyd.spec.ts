/** The walkthrough at Glewlwyd, with clients registered dynamically and by hand, confidential and public. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { freePort } from "#lib/net/free-port.ts";
import type { ClientToEnsure } from "#lib/products/driver.ts";
import { type Glewlwyd, startGlewlwyd } from "./glewlwyd.ts";

const user = { name: "dwho", password: crypto.randomUUID() };
const secret = crypto.randomUUID().replaceAll("-", "");
const names = ["playground2", "playground3"] as const;

const clientsAt = (front: string, clientSecret: string | undefined): ClientToEnsure[] =>
  names.map((clientId) => ({
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    metadata: {
      redirect_uris: [`${front}/${clientId}/oauth2client`],
      post_logout_redirect_uris: [`${front}/${clientId}/logout`],
      response_types: ["code"],
      backchannel_logout_uri: `${front}/${clientId}/bclogout`,
      backchannel_logout_session_required: true,
    },
  }));

const ways = {
  // Registers a front-channel URI too, and Glewlwyd loads the frames before it uses the back channel.
  "registered dynamically": { byHand: false, secret: undefined, loggedOutBy: "front-channel" },
  "registered by hand, confidential": { byHand: true, secret, loggedOutBy: "back-channel" },
  "registered by hand, public": { byHand: true, secret: undefined, loggedOutBy: "back-channel" },
};

for (const [name, way] of Object.entries(ways)) {
  test.describe(name, () => {
    let idp: Glewlwyd;
    let demo: DemoProcess;

    test.beforeAll(async () => {
      const port = await freePort();
      const issuer = `http://localhost:${port}/api/oidc`;
      const front = await freePort();
      const origin = `http://localhost:${front}`;
      const clients = way.byHand ? clientsAt(origin, way.secret) : [];
      idp = await startGlewlwyd({
        port,
        runDir: mkdtempSync(join(tmpdir(), "glewlwyd-")),
        clients,
        users: [user],
      });
      const byHand = names.flatMap((id) => ["--client", `${id}=${id}${way.secret ? `:${way.secret}` : ""}`]);
      demo = await startDemo({ front, flags: ["--issuer", issuer, ...(way.byHand ? byHand : [])] });
    });

    test.afterAll(async () => {
      await demo?.stop();
      await idp?.stop();
    });

    test("logging out of one app logs the other out", async ({ page, context }) => {
      const playground2 = new App(page, demo.apps.playground2);
      const playground3 = new App(await context.newPage(), demo.apps.playground3);
      await signIn(playground2);
      await signIn(playground3);
      const [first, second] = [await playground2.session(), await playground3.session()];
      expect(second).toMatchObject({ sid: first.sid, sub: first.sub, iss: idp.issuer });

      await playground2.logout();
      await page.locator("button.btn-danger:not(.dropdown-toggle)").click();
      await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
      // Glewlwyd notifies the apps after redirecting the browser, one after the other.
      for (const app of [playground2, playground3]) {
        await expect.poll(async () => (await app.session()).user).toBeNull();
      }
      expect((await playground3.session()).loggedOutBy).toBe(way.loggedOutBy);
      await playground3.expectLoggedOutAfterReload();
    });
  });
}

/** Code grant. Glewlwyd asks for the password the first time, and always shows a page to continue from. */
async function signIn(app: App): Promise<void> {
  const { page } = app;
  await app.importPhotos({ grantType: "Authorization Code" });
  const password = page.locator("#password");
  const onward = page.locator("button.btn-success");
  await expect(password.or(onward).first()).toBeVisible();
  if (await password.isVisible()) {
    await page.locator("#username").fill(user.name);
    await password.fill(user.password);
    await page.locator("#loginbut").click();
  }
  await allowIfAsked(page);
  await onward.click();
  await page.waitForURL(`${app.base}/oauth2`);
  await expect(page.getByRole("button", { name: "Logout" })).toBeVisible();
}

async function allowIfAsked(page: Page): Promise<void> {
  const grants = page.locator("#grant-openid, #grant-profile, #grant-email").first();
  const onward = page.locator("button.btn-success");
  await expect(grants.or(onward).first()).toBeVisible();
  if (await grants.isVisible()) await page.locator("button.btn-primary").click();
}
