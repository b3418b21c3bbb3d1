/** Local and global logout, and a large id_token_hint, at the real OP. */

import { App } from "#lib/check/steps/app-pages.ts";
import type { User } from "#lib/products/driver.ts";
import { demo } from "../support/demo.ts";
import { expect, op, test } from "../support/fixtures.ts";

async function signIn(app: App, user: User): Promise<void> {
  await app.importPhotos({ grantType: "Implicit" });
  const username = app.page.getByLabel("Username");
  await expect(
    username
      .or(app.page.getByRole("button", { name: "Allow" }))
      .or(app.page.locator(".who"))
      .first(),
  ).toBeVisible();
  if (await username.isVisible()) await op(app.page).signIn(user);
  await op(app.page).allow(app.base);
  await app.expectLoggedIn(user.name);
}

test("log out here only: the other app and the OP keep their sessions", async ({
  user,
  playground2,
  playground3,
}) => {
  await signIn(playground2, user);
  await signIn(playground3, user);
  await playground2.page.getByRole("button", { name: "Log out here only" }).click();
  await expect(playground2.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  await expect(playground2.page.locator("[data-logged-out-by=local]")).toContainText(
    /^Session ended by logging out of this app only \(it had lasted [\d,.]+ m?s\)\./,
  );
  expect((await playground3.session()).user).toBe(user.name);
  await playground2.importPhotos({ grantType: "Implicit" });
  await playground2.expectLoggedIn(user.name);
});

test("log out everywhere: ends every session of the user, in another browser too", async ({
  user,
  playground2,
  browser,
  apps,
}) => {
  await signIn(playground2, user);
  const elsewhere = await browser.newContext();
  const other = new App(await elsewhere.newPage(), apps.playground3);
  await signIn(other, user);
  const { page } = playground2;
  await page.getByRole("button", { name: "Log out everywhere" }).click();
  await expect(page.getByRole("heading", { name: "Do you want to log out everywhere?" })).toBeVisible();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await expect(other.page.locator("[data-logged-out-by=back-channel]")).toContainText(
    /^Session ended by back-channel logout, [\d,.]+ m?s after the OP ended its own \(it had lasted [\d,.]+ m?s\)\./,
  );
  await other.importPhotos({ grantType: "Implicit" });
  await expect(other.page.getByLabel("Username"), "the other browser's OP session has ended").toBeVisible();
  await elsewhere.close();
});

test("an ID Token of more than 16 KiB works for sign-in, monitoring and logout", async ({ playground2 }) => {
  const { page } = playground2;
  const grace = { name: "grace", password: "grace" };
  await playground2.open();
  await page.getByRole("link", { name: "Import Photos" }).click();
  await playground2.unfold();
  await page.getByLabel("Scope").fill("openid groups");
  await playground2.fill({ grantType: "Implicit", formPost: "Yes" });
  await page.getByRole("button", { name: "Authorize" }).click();
  await op(page).signIn(grace);
  await op(page).allow(playground2.base);
  await playground2.expectLoggedIn(grace.name);
  const raw = page.getByRole("region", { name: "Raw ID Token" });
  expect(((await raw.textContent()) ?? "").length).toBeGreaterThan(16 * 1024);
  await raw.focus();
  await page.keyboard.press("End"); // scrollable by keyboard
  await expect.poll(() => raw.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
  await expect(page.locator("[data-monitor]")).toHaveAttribute("data-monitor", "watching");
  const sent = page.waitForRequest((request) => request.url().startsWith(`${demo.op}/oidc/logout`));
  await playground2.logout();
  expect((await sent).method()).toBe("POST");
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
});
