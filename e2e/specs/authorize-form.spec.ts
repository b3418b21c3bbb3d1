/** The authorize form as a reader of the tutorial sees it. */
import type { Page } from "@playwright/test";
import { demo } from "../support/demo.ts";
import { expect, op, test } from "../support/fixtures.ts";

const sizes = { wide: { width: 1280, height: 720 }, narrow: { width: 400, height: 800 } };

/** The labels that show, from top to bottom. */
const shownLabels = (page: Page) =>
  page
    .locator("form.authorize label:visible")
    .evaluateAll((labels) => labels.map((each) => each.textContent));

for (const [name, viewport] of Object.entries(sizes)) {
  test.describe(name, () => {
    test.use({ viewport });

    test("the tutorial's fields come first, in its order, and Authorize needs no scrolling", async ({
      playground2,
    }) => {
      const { page, base } = playground2;
      await page.goto(`${base}/oauth2`);
      await page.getByLabel("Authorization Grant Type").selectOption({ label: "Implicit" });
      expect(await shownLabels(page)).toEqual([
        "Authorization Grant Type",
        "Client ID",
        "Callback URL",
        "Authorize Endpoint",
      ]);
      await expect(page.getByRole("button", { name: "Authorize" })).toBeInViewport({ ratio: 1 });
      await expectBelowAuthorize(page);
    });
  });
}

test("after a logout Authorize needs no scrolling either", async ({ user, playground2 }) => {
  const { page, base } = playground2;
  await playground2.importPhotos({ grantType: "Implicit" });
  await op(page).signIn(user);
  await op(page).allow(base);
  await playground2.expectLoggedIn(user.name);
  const { origin } = new URL(base);
  await page.request.post(`${base}/logout`, { form: { scope: "here" }, headers: { origin } });
  await expect(page.locator("[data-logged-out-by=local]")).toBeVisible();
  await expect(page.getByRole("button", { name: "Authorize" })).toBeInViewport({ ratio: 1 });
  await expectBelowAuthorize(page);
});

/** Everything else that can be pressed comes later. */
async function expectBelowAuthorize(page: Page): Promise<void> {
  const authorize = await page.getByRole("button", { name: "Authorize" }).boundingBox();
  for (const other of [
    page.getByText("More fields"),
    page.getByRole("link", { name: "Sign in with next-auth" }),
    page.getByRole("button", { name: "Reset Session" }),
  ]) {
    expect((await other.boundingBox())?.y).toBeGreaterThan(authorize?.y ?? Number.POSITIVE_INFINITY);
  }
}

test("the other fields unfold on their own if one is wrong or has another value", async ({ playground2 }) => {
  const { page, base } = playground2;
  await page.goto(`${base}/oauth2`);
  await expect(page.getByLabel("Scope")).toBeHidden();
  await page.getByText("More fields").click();
  await page.getByLabel("Scope").fill("profile");
  await page.getByRole("button", { name: "Authorize" }).click();
  await expect(page.getByLabel("Scope")).toHaveAccessibleDescription(/must contain openid/);
  await expect(page.getByLabel("Scope")).toBeVisible();
  await page.getByLabel("Scope").fill("openid email");
  await page.getByRole("button", { name: "Authorize" }).click();
  await page.waitForURL(/authenticationendpoint/);
  await page.goto(`${base}/oauth2`);
  await expect(page.getByLabel("Scope")).toBeVisible();
  await expect(page.getByLabel("Scope")).toHaveValue("openid email");
});

test.describe("the tutorial's own Authorize Endpoint, on https while the OP is on http", () => {
  const tutorial = `${demo.op.replace("http:", "https:")}/oauth2/authorize`;

  test("leads to no error of the browser: the form offers both ways out", async ({ playground2 }) => {
    const { page, base } = playground2;
    await page.goto(`${base}/oauth2`);
    await page.getByLabel("Authorization Grant Type").selectOption({ label: "Implicit" });
    await page.getByLabel("Authorize Endpoint").fill(tutorial);
    await page.getByRole("button", { name: "Authorize" }).click();
    await expect(page.getByLabel("Authorize Endpoint")).toHaveValue(tutorial);
    await expect(page.getByLabel("Authorize Endpoint")).toHaveAccessibleDescription(
      `The OpenID Provider's discovery document has ${demo.op}/oauth2/authorize.`,
    );
    await expect(page.getByRole("alert").filter({ hasText: "npm run demo -- --https" })).toBeVisible();
    await page.getByRole("button", { name: "Use the discovered endpoint" }).click();
    await expect(page.getByLabel("Username")).toBeVisible();
    expect(page.url()).toContain(demo.op);
  });
});
