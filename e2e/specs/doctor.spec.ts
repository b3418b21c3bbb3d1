/** The Doctor page in a browser, in a separate demo: other tests' logouts must not show here. */

import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { expect, op, test } from "../support/fixtures.ts";

let demo: DemoProcess;
test.beforeAll(async () => {
  demo = await startDemo({ flags: [] });
});
test.afterAll(() => demo?.stop());

test("finds no problem in the demo, from server and browser, and sees a real logout token arrive", async ({
  user,
  page,
  context,
}) => {
  const app = new App(page, demo.apps.playground2);
  await app.open();
  await page.getByRole("link", { name: "Doctor" }).click();
  await page.getByRole("button", { name: "Run the checks" }).click();
  await expect(page.getByRole("heading", { name: "Findings" })).toBeVisible();
  for (const check of [
    "discovery-browser",
    "clock-browser",
    "callbacks",
    "client-secret",
    "site",
    "backchannel",
  ])
    await expect(page.locator(`[data-check=${check}]`)).toHaveAttribute("data-result", "ok");
  for (const result of ["problem", "warning"])
    await expect(page.locator(`[data-result=${result}]`)).toHaveCount(0);
  const delivery = page.locator("[data-check=delivery]");
  await expect(delivery).toHaveAttribute("data-result", "unknown");

  await page.getByText("Copy as text").click();
  const text = page.getByLabel("The findings, without secrets");
  await expect(text).toHaveValue(
    /^playground2 at http:\S+: 1 inconclusive, \d+ ok\n\n\[inconclusive\] Logout tokens arrive: /,
  );
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await text.inputValue());

  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: "Try a real back-channel logout" }).click();
  const trial = new App(await opened, demo.apps.playground2);
  await trial.page.getByRole("button", { name: "Authorize" }).click();
  await op(trial.page).signIn(user);
  await op(trial.page).allow(trial.base);
  await trial.expectLoggedIn(user.name);
  await trial.logout();
  await op(trial.page).confirmLogout();
  await expect(trial.page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await trial.page.close();
  // As if the user returned to this tab: headless, all tabs count as visible.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(delivery).toHaveAttribute("data-result", "ok");
  await expect(delivery).toContainText("was accepted");
});

test.describe("finds what only a browser sees", () => {
  const others = {
    "a CORS policy that forbids reading": {
      answer: {
        body: "{}",
        contentType: "application/json",
        headers: { "access-control-allow-origin": "https://other.example" },
      },
      check: "discovery-browser",
      result: "unknown",
      says: "CORS policy keeps scripts from reading it",
    },
    "another server under the same name": {
      answer: {
        body: '{"issuer":"http://other.example"}',
        contentType: "application/json",
        headers: { "access-control-allow-origin": "*" },
      },
      check: "discovery-browser",
      result: "problem",
      says: "the document of http://other.example: another host name",
    },
    "no server under that name": {
      answer: undefined,
      check: "discovery-browser",
      result: "problem",
      says: "This browser gets no answer from http://localhost:",
    },
  } as const;
  for (const [name, { answer, check, result, says }] of Object.entries(others))
    test(name, async ({ browser }) => {
      // Not in the fixture's context, which fails on console errors.
      const page = await browser.newPage();
      await page.route("**/.well-known/openid-configuration", (route) =>
        answer ? route.fulfill(answer) : route.abort(),
      );
      await page.goto(`${demo.apps.playground3}/doctor`);
      await page.getByRole("button", { name: "Run the checks" }).click();
      const finding = page.locator(`[data-check=${check}]`).filter({ hasText: says });
      await expect(finding).toHaveAttribute("data-result", result);
      await expect(page.locator("[data-check=discovery]")).toHaveAttribute("data-result", "ok");
      await page.close();
    });

  test("a clock that is an hour slow", async ({ page }) => {
    await page.clock.setSystemTime(Date.now() - 3_600_000);
    await page.goto(`${demo.apps.playground3}/doctor`);
    await page.getByRole("button", { name: "Run the checks" }).click();
    const finding = page.locator("[data-check=clock-browser]");
    await expect(finding).toHaveAttribute("data-result", "warning");
    await expect(finding).toContainText(/clock is (36|35)\d\d s behind the app server's/);
  });
});
