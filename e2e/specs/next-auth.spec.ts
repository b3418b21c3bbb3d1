/** Single logout between a next-auth session and one from the form, in both directions, by each mechanism. */

import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { mechanismNames } from "#lib/oidc/mechanisms.ts";
import type { User } from "#lib/products/driver.ts";
import { expect, op, test } from "../support/fixtures.ts";
import { switchOn } from "../support/mechanisms.ts";

test.describe.configure({ mode: "serial" });
let demo: DemoProcess;
test.beforeAll(async () => {
  demo = await startDemo({ flags: [] });
});
test.afterAll(() => demo?.stop());

type Way = "next-auth" | "form";

async function signIn(app: App, way: Way, user: User, first: boolean): Promise<void> {
  if (way === "form") await app.importPhotos({ grantType: "Authorization Code" });
  else {
    await app.page.goto(`${app.base}/oauth2`);
    await app.page.getByRole("link", { name: "Sign in with next-auth" }).click();
  }
  if (first) await op(app.page).signIn(user);
  await op(app.page).allow(app.base);
  await app.expectLoggedIn(user.name);
  await expect(app.page.locator(`[data-signed-in-by=${way}]`)).toBeVisible();
}

/** next-auth's session of this browser. */
const nextAuthUser = async (app: App) =>
  ((await (await app.page.request.get(`${app.base}/api/auth/session`)).json()) as { user?: { name: string } })
    .user?.name;

for (const mechanism of mechanismNames) {
  for (const ways of [
    ["next-auth", "form"],
    ["form", "next-auth"],
  ] as const) {
    const by = ways[0] === "next-auth" ? "Sign out with next-auth" : "Logout";
    test(`${mechanism}: playground2 by ${ways[0]}, playground3 by ${ways[1]}; ${by} at playground2 ends both`, async ({
      user,
      page,
      context,
    }) => {
      const leaving = new App(page, demo.apps.playground2);
      const staying = new App(await context.newPage(), demo.apps.playground3);
      const apps = [leaving, staying];
      await switchOn(staying, mechanism);
      await signIn(leaving, ways[0], user, true);
      await signIn(staying, ways[1], user, false);
      if (mechanism === "session-management")
        await expect(staying.page.locator("[data-monitor]")).toHaveAttribute("data-monitor", "watching");
      const old = await context.cookies();
      await leaving.page.bringToFront();
      await leaving.page.getByRole(by === "Logout" ? "button" : "link", { name: by, exact: true }).click();
      await op(leaving.page).confirmLogout();
      await expect(leaving.page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
      await staying.page.bringToFront();
      await expect(staying.page.locator(`[data-logged-out-by=${mechanism}]`)).toBeVisible();
      for (const app of apps) expect((await app.session()).user).toBeNull();

      await context.clearCookies();
      await context.addCookies(old);
      for (const app of apps) {
        expect((await app.session()).user).toBeNull();
        expect(await nextAuthUser(app)).toBeUndefined();
      }
    });
  }
}

test("an ID Token of more than 16 KiB: next-auth's cookie stays small, and sign-out posts the hint", async ({
  page,
}) => {
  const large = await startDemo({ flags: [], env: { SCOPE: "openid groups" } });
  const app = new App(page, large.apps.playground2);
  const grace = { name: "grace", password: "grace" };
  await signIn(app, "next-auth", grace, true);
  expect(((await page.locator("#id-token-raw").textContent()) ?? "").length).toBeGreaterThan(16 * 1024);
  const cookies = (await page.context().cookies()).filter(({ name }) => name.includes("next-auth"));
  for (const { value } of cookies) expect(value.length).toBeLessThan(1024);
  const sent = page.waitForRequest((request) => request.url().includes("/oidc/logout"));
  await page.getByRole("link", { name: "Sign out with next-auth" }).click();
  expect((await sent).method()).toBe("POST");
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await large.stop();
});

test("a sign-out in one browser keeps the user's session in another", async ({ user, page, browser }) => {
  const here = new App(page, demo.apps.playground2);
  const elsewhere = await browser.newContext();
  const there = new App(await elsewhere.newPage(), demo.apps.playground2);
  await switchOn(here, ...mechanismNames);
  for (const app of [here, there]) await signIn(app, "next-auth", user, true);
  await page.getByRole("link", { name: "Sign out with next-auth" }).click();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  expect(await nextAuthUser(there)).toBe(user.name);
  await elsewhere.close();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("next-auth's own pages sign in and out", async ({ user, page }) => {
    const app = new App(page, demo.apps.playground2);
    await page.goto(`${app.base}/oauth2`);
    await page.getByRole("link", { name: "Sign in with next-auth" }).click();
    await page.getByRole("button", { name: /Sign in with/ }).click();
    await op(page).signIn(user);
    await op(page).allow(app.base);
    await app.expectLoggedIn(user.name);
    await page.getByRole("link", { name: "Sign out with next-auth" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await op(page).confirmLogout();
    await expect(page.getByRole("heading", { name: "Logging out of your apps" })).toBeVisible();
    await page.getByRole("link", { name: "Continue" }).click();
    await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  });
});
