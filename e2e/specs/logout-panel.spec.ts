/** The logout request by hand: the preview matches the request. */
import { expect, op, test } from "../support/fixtures.ts";

test("the preview of a POST is exactly its body", async ({ user, playground2 }) => {
  const { page } = playground2;
  await playground2.importPhotos({ grantType: "Implicit" });
  await op(page).signIn(user);
  await op(page).allow(playground2.base);
  await playground2.expectLoggedIn(user.name);
  await page.getByText("The logout request, by hand").click();
  await page.getByRole("radio", { name: "POST" }).check();
  await page.getByLabel("state", { exact: true }).fill(" it's ~ a&b=c+d (é)! ");
  const shown = ((await page.locator("[data-preview]").textContent()) ?? "").split("\n\n")[1];
  const sent = page.waitForRequest(
    (request) => request.method() === "POST" && request.url().endsWith("/oidc/logout"),
  );
  await page.getByRole("button", { name: "Send logout request" }).click();
  expect((await sent).postData()).toBe(shown?.replaceAll("\n&", "&"));
  await op(page).declineLogout();
  await expect(page.getByRole("heading", { name: "You are still logged in" })).toBeVisible();
});

test("the preview is the request, by GET and POST, and a long request goes by POST", async ({
  user,
  playground2,
}) => {
  const { page } = playground2;
  await playground2.importPhotos({ grantType: "Implicit" });
  await op(page).signIn(user);
  await op(page).allow(playground2.base);
  await playground2.expectLoggedIn(user.name);
  await page.getByText("The logout request, by hand").click();
  const preview = page.locator("[data-preview]");
  await expect(preview).toContainText("id_token_hint=eyJ");

  await page.getByLabel("tenant_domain").fill("x".repeat(2000));
  await expect(page.getByText("so it goes by POST")).toBeVisible();
  await expect(preview).toContainText(/^POST /);
  await page.getByLabel("tenant_domain").fill("");
  await page.getByLabel("state", { exact: true }).fill("state_1");
  await page.getByLabel("What to send as id_token_hint").selectOption({ label: "Send none" });
  await expect(preview).not.toContainText("id_token_hint");
  await expect(preview).toContainText(/^GET .*state=state_1/);

  const shown = ((await preview.textContent()) ?? "").replace("GET ", "");
  const sent = page.waitForRequest((request) => request.url() === shown);
  await page.getByRole("button", { name: "Send logout request" }).click();
  await sent;
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("state")).toBe("state_1");
});
