/** A logout elsewhere cannot be missed: by colour, in the tab, by ear; and nothing moves. */
import type { BrowserContext, Page } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import type { User } from "#lib/products/driver.ts";
import { expect, op, test } from "../support/fixtures.ts";

async function signInToBoth([first, second]: [App, App], user: User): Promise<void> {
  for (const app of [first, second]) {
    await app.importPhotos({ grantType: "Implicit" });
    if (app === first) await op(app.page).signIn(user);
    await op(app.page).allow(app.base);
    await app.expectLoggedIn(user.name);
  }
}

async function logOutOf(app: App): Promise<void> {
  const { page } = app;
  await page.bringToFront();
  await app.logout();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
}

const favicon = (page: Page) => page.locator("link[rel=icon]");

test("a tab in the background says so in its title and icon", async ({ user, playground2, playground3 }) => {
  await signInToBoth([playground2, playground3], user);
  const { page } = playground3;
  await expect(page).toHaveTitle("Import Photos · playground3");
  await expect(favicon(page)).toHaveAttribute("href", /\/icon\.svg$/);
  await hide(page);
  await logOutOf(playground2);
  await expect(page).toHaveTitle("Logged out · Import Photos · playground3");
  await expect(favicon(page)).toHaveAttribute("href", /\/icon-null\.svg$/);
  await expect(
    page
      .getByRole("status")
      .filter({ hasText: /^Session ended by back-channel/ })
      .first(),
  ).toBeAttached();
});

/** As a browser does with a tab in the background. Playwright keeps every page visible. */
const hide = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperties(document, { hidden: { value: true }, visibilityState: { value: "hidden" } });
    document.dispatchEvent(new Event("visibilitychange"));
  });

for (const [name, viewport] of [
  ["wide", { width: 1280, height: 720 }],
  ["narrow", { width: 400, height: 800 }],
] as const) {
  test(`the row stays where it is, and looks different (${name})`, async ({
    user,
    playground2,
    playground3,
  }) => {
    await playground3.page.setViewportSize(viewport);
    await signInToBoth([playground2, playground3], user);
    const row = playground3.page.locator(".who");
    const look = () => row.evaluate((each) => getComputedStyle(each).backgroundColor);
    const [place, colour] = [await row.boundingBox(), await look()];
    await logOutOf(playground2);
    await expect(row).toContainText("logged out");
    expect(await row.boundingBox()).toEqual(place);
    await expect.poll(look).not.toBe(colour);
  });
}

for (const reducedMotion of ["reduce", "no-preference"] as const) {
  test.describe(`prefers-reduced-motion: ${reducedMotion}`, () => {
    test.use({ contextOptions: { reducedMotion } });

    test("decides whether the row flashes", async ({ user, playground2, playground3 }) => {
      await signInToBoth([playground2, playground3], user);
      await logOutOf(playground2);
      const row = playground3.page.locator(".who[data-user-state=ended]");
      await expect(row).toBeAttached();
      const animation = await row.evaluate((each) => getComputedStyle(each).animationName);
      expect(animation).toBe(reducedMotion === "reduce" ? "none" : "session-ended");
      await playground3.page.reload();
      expect(await row.evaluate((each) => getComputedStyle(each).animationName)).toBe("none");
    });
  });
}

test("eight tabs hear of it, although browsers open only six connections to a host", async ({
  user,
  playground2,
  playground3,
  context,
}) => {
  await signInToBoth([playground2, playground3], user);
  const tabs = await tabsOf(context, playground3.base, 8);
  for (const tab of tabs) await tab.expectLoggedIn(user.name);
  await logOutOf(playground2);
  for (const { page } of tabs) {
    await expect(page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  }
});

test("a sign-in in one tab shows in the others, and so does its logout", async ({
  user,
  playground2,
  playground3,
  context,
}) => {
  const other = new App(await context.newPage(), playground3.base);
  await other.open();
  await signInToBoth([playground2, playground3], user);
  await other.expectLoggedIn(user.name);
  await logOutOf(playground2);
  await expect(other.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
});

async function tabsOf(context: BrowserContext, base: string, count: number): Promise<App[]> {
  const tabs: App[] = [];
  for (let n = 0; n < count; n++) {
    const tab = new App(await context.newPage(), base);
    await tab.open();
    tabs.push(tab);
  }
  return tabs;
}
