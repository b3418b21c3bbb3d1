/** Registering an app by button, in a separate demo: a registration applies to the app, not the browser. */

import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { expect, op, test } from "../support/fixtures.ts";

let demo: DemoProcess;
test.beforeAll(async () => {
  demo = await startDemo({ flags: [] });
});
test.afterAll(() => demo?.stop());

test("registers at the demo's OP, signs in as the new client, and is logged out through it", async ({
  user,
  page,
  context,
}) => {
  const app = new App(page, demo.apps.playground2);
  const other = new App(await context.newPage(), demo.apps.playground3);
  // Only the back channel, which uses the registered URL.
  await app.open();
  await page.getByLabel("Front-channel logout").uncheck();
  await page.getByLabel("Session management").uncheck();
  await page.getByRole("button", { name: "Apply" }).click();

  await page.goto(`${app.base}/oauth2`);
  await page.getByRole("link", { name: "Registration of this app" }).click();
  const preview = page.locator("[data-preview]");
  await expect(preview).not.toContainText("jwks_uri");
  await page.getByLabel("ID Token encryption algorithm").selectOption("RSA-OAEP");
  await page.getByLabel("ID Token encryption method").selectOption("A256GCM");
  await expect(preview).toContainText('"id_token_encrypted_response_enc": "A256GCM"');
  await expect(preview).toContainText(`"jwks_uri": "${app.base}/jwks"`);

  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Register this app" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "HTTP 401" })).toBeVisible();
  await expect(page.getByLabel("Username")).toHaveValue("admin");
  await page.setViewportSize({ width: 400, height: 800 });
  const tooWide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  expect(await page.evaluate(tooWide), "the OP's message fits into a narrow page").toBe(0);
  await page.getByLabel("Password").fill("admin");
  await page.getByRole("button", { name: "Register this app" }).click();
  await expect(page.getByText("ID Tokens are encrypted: RSA-OAEP with A256GCM.")).toBeVisible();
  for (const field of ["backchannel_logout_uri", "frontchannel_logout_uri", "post_logout_redirect_uris"]) {
    await expect(page.locator(`[data-field=${field}]`)).toContainText("accepted");
  }
  const clientId = (await page.locator("[data-client-id]").textContent()) ?? "";
  expect(clientId).not.toBe("");

  await app.importPhotos({ grantType: "Authorization Code" });
  await op(page).signIn(user);
  await op(page).allow(app.base);
  await app.expectLoggedIn(user.name);
  await expect(page.getByRole("main")).toContainText(clientId); // aud of the ID Token

  await other.importPhotos({ grantType: "Implicit" });
  await op(other.page).allow(other.base);
  await other.expectLoggedIn(user.name);
  await other.logout();
  await op(other.page).confirmLogout();
  await page.bringToFront();
  await expect(page.locator("[data-logged-out-by=back-channel]")).toBeVisible();

  await page.goto(`${app.base}/registration`);
  await page.getByRole("button", { name: "Forget this registration" }).click();
  await expect(page.getByRole("status")).toContainText("The OpenID Provider has deleted it too.");
  await expect(page.getByText("Client playground2, with a secret")).toBeVisible();
});

test("the preview shows a choice made before the scripts load", async ({ page }) => {
  const scripts = Promise.withResolvers<void>();
  await page.route("**/*.js", async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(`${demo.apps.playground2}/registration`, { waitUntil: "commit" });
  await page.getByLabel("ID Token encryption algorithm").selectOption("RSA-OAEP");
  scripts.resolve();
  await expect(page.locator("[data-preview]")).toContainText('"id_token_encrypted_response_alg": "RSA-OAEP"');
});
