/** SDKs of others in the pages of an app, at the embedded OP: they sign in, watch the session, and log out. */
import type { Page } from "@playwright/test";
import type { User } from "#lib/products/driver.ts";
import { demo } from "../support/demo.ts";
import { test as base, expect, op } from "../support/fixtures.ts";
import { type SdkApp, startSdkApp } from "../support/sdk-app.ts";

interface SdkFixtures {
  /** Starts an app that ends with the test. */
  startApp: typeof startSdkApp;
}

const test = base.extend<SdkFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture names from this pattern
  startApp: async ({}, use) => {
    const apps: SdkApp[] = [];
    await use(async (...settings) => {
      const app = await startSdkApp(...settings);
      apps.push(app);
      return app;
    });
    await Promise.all(apps.map((app) => app.close()));
  },
});

const user = (page: Page) => page.locator("#user");
const events = (page: Page) => page.locator("#events");

async function signIn(page: Page, app: SdkApp, { name, password }: User): Promise<void> {
  await page.goto(app.base);
  await expect(user(page)).toHaveText("null");
  await page.getByRole("button", { name: "Sign in" }).click();
  await op(page).signInAndAllow({ name, password });
  await expect(user(page)).toHaveText(name);
  expect(new URL(page.url()).origin).toBe(new URL(app.base).origin);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await op(page).confirmLogout();
  await expect(user(page)).toHaveText("null");
}

/** Logs the user out at the OP itself, in another tab. */
async function logOutElsewhere(page: Page): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(`${demo.op}/oidc/logout`);
  await op(tab).confirmLogout();
  await expect(tab.getByRole("heading", { name: "You have successfully logged out" })).toBeVisible();
  await tab.close();
}

const sdks = [
  { name: "@asgardeo/auth-spa", entry: "auth-spa.js", metadata: {} },
  { name: "@asgardeo/react", entry: "react.jsx", metadata: {} },
  { name: "keycloak-js", entry: "keycloak.js", metadata: { token_type_extension: "JWT" } },
];

// @asgardeo/react asks WSO2's user APIs too, which this OP lacks, and goes on without them.
test.use({ expectedErrors: [`${demo.op}/scim2/Me`, `${demo.op}/api/users/v1/me/organizations`] });

for (const { name, entry, metadata } of sdks) {
  test(`${name} signs in and logs out`, async ({ page, user: tester, startApp }) => {
    const app = await startApp(entry, metadata);
    await signIn(page, app, tester);
    await signOut(page);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("Username"), "the OP session has ended").toBeVisible();
  });

  test(`${name} watches the session`, async ({ page, user: tester, startApp }) => {
    const app = await startApp(entry, metadata);
    await signIn(page, app, tester);
    await expect(events(page)).toContainText(/^(OP iframe: unchanged){2}/);
    await logOutElsewhere(page);
    await reactions[entry]?.(page);
  });
}

/** What each SDK does when the OP iframe answers `changed`. */
const reactions: Record<string, (page: Page) => Promise<void>> = {
  // Asks silently, then leaves for the end_session_endpoint, which comes back.
  "auth-spa.js": async (page) => {
    await page.waitForURL(/state=sign_out_success/);
    await expect(user(page)).toHaveText("null");
  },
  // Asks silently, and leaves it at that: the user stays signed in (0.16).
  "react.jsx": (page) => expect(events(page)).toContainText("OP iframe: changed"),
  "keycloak.js": async (page) => {
    await expect(events(page)).toContainText("OP iframe: changed");
    await expect(events(page)).toContainText("logged out elsewhere");
    await expect(user(page)).toHaveText("null");
  },
};
