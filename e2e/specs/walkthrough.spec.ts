/** The documented two-app walkthrough, with each way to sign in. */

import type { FormChoice } from "#lib/check/steps/app-pages.ts";
import { expect, op, test } from "../support/fixtures.ts";

const ways: Record<string, FormChoice | ((app: string) => FormChoice)> = {
  "Implicit, ID token Only": { grantType: "Implicit" },
  "Implicit, ID token & Access Token": {
    grantType: "Implicit",
    implicitResponseType: "ID token & Access Token",
  },
  "Implicit, form_post": { grantType: "Implicit", formPost: "Yes" },
  "Authorization Code, confidential client, PKCE": { grantType: "Authorization Code", pkce: "Yes" },
  "Authorization Code, confidential client, no PKCE": { grantType: "Authorization Code", pkce: "No" },
  "Authorization Code, public client, PKCE": (app) => ({
    grantType: "Authorization Code",
    pkce: "Yes",
    clientId: `${app}-public`,
  }),
  "Authorization Code, public client, no PKCE": (app) => ({
    grantType: "Authorization Code",
    pkce: "No",
    clientId: `${app}-public`,
  }),
  Hybrid: { grantType: "Hybrid" },
  "Hybrid, form_post": { grantType: "Hybrid", formPost: "Yes" },
};

for (const [name, choice] of Object.entries(ways)) {
  const choiceFor = (app: string) => (typeof choice === "function" ? choice(app) : choice);

  test(`logging out of one app logs the other out: ${name}`, async ({ user, playground2, playground3 }) => {
    await playground2.importPhotos(choiceFor("playground2"));
    await op(playground2.page).signIn(user);
    await op(playground2.page).allow(playground2.base);
    await playground2.expectLoggedIn(user.name);

    await playground3.importPhotos(choiceFor("playground3"));
    await op(playground3.page).allow(playground3.base);
    await playground3.expectLoggedIn(user.name);
    const [session2, session3] = [await playground2.session(), await playground3.session()];
    expect(session2.sid).toBeTruthy();
    expect(session3.sid).toBe(session2.sid);

    await playground2.logout();
    await op(playground2.page).confirmLogout();
    await expect(playground2.page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
    expect(new URL(playground2.page.url()).searchParams.get("state")).toBeTruthy();
    await expect(playground2.page.getByText("Logged in user : null", { exact: true })).toBeVisible();

    await playground3.expectLoggedOutAfterReload();
    await expect(playground3.page.getByLabel("Authorization Grant Type")).toBeVisible();
    for (const app of [playground2, playground3]) {
      expect(await app.session()).toMatchObject({ user: null, loggedOutBy: "back-channel" });
    }
  });
}

test("the tutorial, exactly: admin, Implicit, every value filled in", async ({ playground2, apps }) => {
  const { page } = playground2;
  await playground2.open();
  await expect(page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Import Photos" }).click();
  await page.getByLabel("Authorization Grant Type").selectOption({ label: "Implicit" });
  await expect(page.getByLabel("Client ID")).toHaveValue("playground2");
  await expect(page.getByLabel("Callback URL")).toHaveValue(`${apps.playground2}/oauth2client`);
  await expect(page.getByLabel("Authorize Endpoint")).toHaveValue(/:\d+\/oauth2\/authorize$/);
  await page.getByRole("button", { name: "Authorize" }).click();
  await op(page).signIn({ name: "admin", password: "admin" });
  await op(page).allow(apps.playground2);
  await playground2.expectLoggedIn("admin");
  await expect(page.locator("#id-token-raw")).toHaveText(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  for (const [claim, value] of [
    ["sub", "admin"],
    ["aud", "playground2"],
    ["iss", "/oauth2/token"],
  ] as const) {
    await expect(
      page.locator("#id-token-claims").getByRole("row", { name: claim, exact: false }).first(),
    ).toContainText(value);
  }
});
