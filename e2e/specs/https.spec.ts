/** The embedded OP on https and the apps on http: two sites for a browser. */

import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { expect, op, test } from "../support/fixtures.ts";

let demo: DemoProcess;
test.use({ ignoreHTTPSErrors: true });
test.beforeAll(async () => {
  demo = await startDemo({ flags: ["--https"] });
});
test.afterAll(() => demo?.stop());

test("the walkthrough passes, with form_post too", async ({ user, page, context }) => {
  const playground2 = new App(page, demo.apps.playground2);
  const playground3 = new App(await context.newPage(), demo.apps.playground3);
  await playground2.importPhotos({ grantType: "Hybrid", formPost: "Yes" });
  expect(new URL(page.url()).protocol).toBe("https:");
  await op(page).signIn(user);
  await op(page).allow(playground2.base);
  await playground2.expectLoggedIn(user.name);
  await playground3.importPhotos({ grantType: "Implicit" });
  await op(playground3.page).allow(playground3.base);
  await playground3.expectLoggedIn(user.name);
  await playground2.logout();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await playground3.expectLoggedOutAfterReload();
});
