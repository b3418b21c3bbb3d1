/** Every page leads on: to the other app, to Logout while a user is logged in, and to the received logout requests. */
import { expect, op, test } from "../support/fixtures.ts";

test("the tutorial's way needs no address typed: out of one app, into the other, and why", async ({
  user,
  playground2,
  playground3,
}) => {
  for (const app of [playground2, playground3]) {
    await app.importPhotos({ grantType: "Implicit" });
    if (app === playground2) await op(app.page).signIn(user);
    await op(app.page).allow(app.base);
    await app.expectLoggedIn(user.name);
  }
  const { page } = playground2;
  await playground2.logout();
  await op(page).confirmLogout();
  await page.getByRole("link", { name: "Go to playground3" }).click();
  await page.waitForURL(`${playground3.base}/oauth2`);
  await expect(page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  await expect(page.getByText("Session ended by back-channel logout")).toBeVisible();
  const requests = page.getByRole("region", { name: "Logout requests received" });
  await expect(requests.getByText(/Back-channel: accepted; ended 1 session/).first()).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "playground2" }).click();
  await page.waitForURL(`${playground2.base}/`);
});

test("every page has Logout while a user is logged in, and leads to the other app", async ({
  user,
  playground2,
}) => {
  const { page, base } = playground2;
  await playground2.importPhotos({ grantType: "Authorization Code" });
  await op(page).signIn(user);
  await op(page).allow(base);
  await playground2.expectLoggedIn(user.name);
  const unknownState = "/oauth2client?state=unknown&code=x&iss=x";
  for (const path of ["/", "/oauth2", "/photos", "/doctor", "/registration", unknownState, "/nothing"]) {
    await page.goto(base + path);
    await expect(page.getByRole("button", { name: "Logout", exact: true })).toBeVisible();
    await expect(page.getByRole("navigation").getByRole("link", { name: "playground3" })).toBeVisible();
    await playground2.expectLoggedIn(user.name);
  }
  for (const path of ["/photos", "/doctor", unknownState, "/nothing"]) {
    await page.goto(base + path);
    await playground2.logout();
    await op(page).declineLogout();
    await expect(page.getByRole("heading", { name: "You are still logged in" })).toBeVisible();
  }
  await playground2.logout();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Logout", exact: true })).toHaveCount(0);
});
