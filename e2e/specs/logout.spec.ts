/** Logouts off the main path: No, two browsers, an administrator, no scripts, errors of the OP. */

import { App } from "#lib/check/steps/app-pages.ts";
import type { User } from "#lib/products/driver.ts";
import { demo } from "../support/demo.ts";
import { expect, op, test } from "../support/fixtures.ts";

async function signIn(app: App, user: User): Promise<void> {
  await app.importPhotos({ grantType: "Implicit" });
  await op(app.page).signIn(user);
  await op(app.page).allow(app.base);
  await app.expectLoggedIn(user.name);
}

async function signInAgain(app: App, user: User): Promise<void> {
  await app.importPhotos({ grantType: "Implicit" });
  await op(app.page).allow(app.base);
  await app.expectLoggedIn(user.name);
}

test("answering No at the OP keeps both apps logged in", async ({ user, playground2, playground3 }) => {
  await signIn(playground2, user);
  await signInAgain(playground3, user);
  await playground2.logout();
  await op(playground2.page).declineLogout();
  await expect(playground2.page.getByRole("heading", { name: "You are still logged in" })).toBeVisible();
  for (const app of [playground2, playground3]) expect((await app.session()).user).toBe(user.name);
});

test("a logout in one browser keeps the user's session in another", async ({
  user,
  playground2,
  browser,
  apps,
}) => {
  await signIn(playground2, user);
  const elsewhere = await browser.newContext();
  const other = new App(await elsewhere.newPage(), apps.playground2);
  await signIn(other, user);
  await playground2.logout();
  await op(playground2.page).confirmLogout();
  await expect(playground2.page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  expect((await other.session()).user).toBe(user.name);
  await elsewhere.close();
});

test("an administrator who ends the session at the OP logs the user out of both apps", async ({
  user,
  playground2,
  playground3,
  browser,
}) => {
  await signIn(playground2, user);
  await signInAgain(playground3, user);
  const office = await browser.newContext();
  const page = await office.newPage();
  await page.goto(`${demo.op}/sessions`);
  await op(page).signIn({ name: "admin", password: "admin" });
  const { sid } = await playground2.session();
  await page.locator(`[data-sid="${sid}"]`).getByRole("button", { name: /End/ }).click();
  await expect.poll(async () => (await playground2.session()).loggedOutBy).toBe("back-channel");
  await playground2.expectLoggedOutAfterReload();
  await playground3.expectLoggedOutAfterReload();
  await office.close();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the walkthrough works with the code grant", async ({ user, playground2 }) => {
    await playground2.importPhotos({ grantType: "Authorization Code" });
    await op(playground2.page).signIn(user);
    await op(playground2.page).allow(playground2.base);
    await playground2.expectLoggedIn(user.name);
    await playground2.logout();
    await op(playground2.page).confirmLogout();
    await playground2.page.getByRole("link", { name: "Continue" }).click();
    await expect(playground2.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  });

  test("the logout request by hand goes by GET and by POST", async ({ user, playground2 }) => {
    const { page, base } = playground2;
    await playground2.importPhotos({ grantType: "Authorization Code" });
    await op(page).signIn(user);
    await op(page).allow(base);
    const send = async (method: string, state: string) => {
      await page.goto(`${base}/oauth2`);
      await page.getByText("The logout request, by hand").click();
      await page.getByRole("radio", { name: method }).check();
      await page.getByLabel("state", { exact: true }).fill(state);
      await page.getByRole("button", { name: "Send logout request" }).click();
    };
    await send("GET", "by-get");
    await op(page).declineLogout();
    await expect(page.getByRole("heading", { name: "You are still logged in" })).toBeVisible();
    expect(new URL(page.url()).searchParams.get("state")).toBe("by-get");
    await send("POST", "by-post");
    await page.getByRole("button", { name: "Continue" }).click();
    await op(page).confirmLogout();
    await page.getByRole("link", { name: "Continue" }).click();
    await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
    expect(new URL(page.url()).searchParams.get("state")).toBe("by-post");
  });
});

test("an unknown Client ID shows an error at the OP", async ({ playground2 }) => {
  await playground2.importPhotos({ grantType: "Implicit", clientId: "unknown" });
  await expect(playground2.page.getByText(/client is invalid|invalid_client/).first()).toBeVisible();
  expect(playground2.page.url()).toContain(demo.op);
});

test("Reset Session ends only this app's session", async ({ user, playground2, playground3 }) => {
  await signIn(playground2, user);
  await signInAgain(playground3, user);
  await playground2.page.getByRole("button", { name: "Reset Session" }).click();
  await expect(playground2.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  expect((await playground3.session()).user).toBe(user.name);
});

test("My Photos are read with the access token, and not after the logout", async ({ user, playground2 }) => {
  const { page } = playground2;
  await playground2.importPhotos({ grantType: "Authorization Code" });
  await op(page).signIn(user);
  await op(page).allow(playground2.base);
  await page.getByRole("link", { name: "My Photos" }).click();
  await expect(page.getByText(/read from the UserInfo endpoint/)).toBeVisible();
  await page.goBack();
  await playground2.logout();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await page.goto(`${playground2.base}/photos`);
  await expect(page.getByText("No user is logged in.")).toBeVisible();
});

test("each grant shows its own fields", async ({ playground2 }) => {
  const { page } = playground2;
  await playground2.open();
  await page.getByRole("link", { name: "Import Photos" }).click();
  await playground2.unfold();
  const shown: Record<string, { with: string[]; without: string[] }> = {
    "Authorization Code": {
      with: ["Callback URL", "Logout Endpoint", "Client Secret"],
      without: ["Implicit Response Type", "Resource Owner Password"],
    },
    Implicit: {
      with: ["Callback URL", "Implicit Response Type"],
      without: ["Client Secret", "Access Token Endpoint"],
    },
    "Client Credentials": {
      with: ["Client Secret", "Access Token Endpoint"],
      without: ["Callback URL", "Authorize Endpoint"],
    },
    "Resource Owner": {
      with: ["Resource Owner User Name", "Access Token Endpoint"],
      without: ["Callback URL", "Authorize Endpoint"],
    },
  };
  for (const [grant, fields] of Object.entries(shown)) {
    await page.getByLabel("Authorization Grant Type").selectOption({ label: grant });
    for (const label of fields.with) await expect(page.getByLabel(label)).toBeVisible();
    for (const label of fields.without) await expect(page.getByLabel(label)).toBeHidden();
  }
  await page.getByLabel("Authorization Grant Type").selectOption({ label: "Implicit" });
  await page.getByLabel("Scope").fill("profile");
  await expect(page.getByLabel("Implicit Response Type")).toBeHidden();
  await expect(page.getByLabel("Logout Endpoint")).toBeHidden();
});

test("a scope entered before the scripts load also determines the fields", async ({ page }) => {
  const scripts = Promise.withResolvers<void>();
  await page.route("**/*.js", async (route) => {
    await scripts.promise;
    await route.continue();
  });
  await page.goto(`${demo.throughFrontDoor.playground2}/oauth2`, { waitUntil: "commit" });
  await page.getByText("More fields").click();
  await page.getByLabel("Scope").fill("profile");
  scripts.resolve();
  await expect(page.getByLabel("Implicit Response Type")).toBeHidden();
});
