/** A page whose session ends shows it without a reload. */
import { demo } from "../support/demo.ts";
import { expect, op, test } from "../support/fixtures.ts";

test("the other app shows null and the mechanism without a reload, and no token", async ({
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
  const { page } = playground3;
  await expect(page.locator("#id-token-raw")).toBeVisible();
  await page.evaluate(() => document.documentElement.setAttribute("data-same-document", ""));
  await playground2.logout();
  await op(playground2.page).confirmLogout();
  await page.bringToFront();
  await expect(page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  await expect(page.locator("[data-logged-out-by=back-channel]")).toBeVisible();
  await expect(
    page.getByRole("status").filter({ hasText: "Session ended by back-channel logout." }),
  ).toBeAttached();
  await expect(page.locator("#id-token-raw")).toHaveCount(0);
  await expect(page.getByLabel("Authorization Grant Type")).toBeVisible();
  await expect(page.locator("html[data-same-document]")).toHaveCount(1);
});

test("null does not wait for the server, which renders the rest of the page", async ({
  user,
  playground3,
}) => {
  const { page } = playground3;
  await playground3.importPhotos({ grantType: "Implicit" });
  await op(page).signIn(user);
  await op(page).allow(playground3.base);
  await playground3.expectLoggedIn(user.name);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route(
    ({ searchParams }) => searchParams.has("_rsc"),
    async (route) => {
      await released;
      await route.continue();
    },
  );
  const asked = page.waitForRequest((request) => request.url().includes("_rsc="));
  const other = await page.context().newPage();
  await other.goto(`${demo.op}/sessions`.replace("/oauth2/token", ""));
  await other.getByRole("button", { name: "End session" }).first().click();
  await expect(page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  await asked;
  const ended = page.locator("[data-logged-out-by=back-channel]");
  await expect(ended).toHaveCount(0);
  release();
  await expect(ended).toBeVisible();
});

test("a refused logout token appears without a reload, raw and decoded, to a visitor too", async ({
  playground3,
}) => {
  const { page, base } = playground3;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jti = crypto.randomUUID();
  const token = `${part({ alg: "none", typ: "logout+jwt" })}.${part({ iss: demo.op, aud: "playground3", jti })}.`;
  await playground3.open();
  await page.evaluate(() => document.documentElement.setAttribute("data-same-document", ""));
  const answer = await page.request.post(`${base}/bclogout`, { form: { logout_token: token } });
  expect(answer.status()).toBe(400);
  const requests = page.getByRole("region", { name: "Logout requests received" });
  await expect(requests.getByRole("region", { name: "Raw logout token" }).getByText(token)).toBeVisible();
  await expect(requests.getByRole("row", { name: "jti" }).filter({ hasText: jti })).toBeVisible();
  await expect(page.locator("html[data-same-document]")).toHaveCount(1);
});
