/** Each mechanism alone, in a separate demo: the switch applies to the app, not to the browser. The other
 * grants are in third-party-cookies.spec.ts. */

import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { type Mechanism, mechanismNames } from "#lib/oidc/mechanisms.ts";
import { expect, op, test } from "../support/fixtures.ts";
import { signInTo, switchOn } from "../support/mechanisms.ts";

test.describe.configure({ mode: "serial" });
let demo: DemoProcess;
test.beforeAll(async () => {
  demo = await startDemo({ flags: [] });
});
test.afterAll(() => demo?.stop());

const grantTypes = {
  "back-channel": "Authorization Code",
  "front-channel": "Authorization Code",
  "session-management": "Implicit",
} as const satisfies Record<Mechanism, string>;

for (const mechanism of mechanismNames) {
  const grantType = grantTypes[mechanism];
  test(`${mechanism} alone logs the other app out, without a reload (${grantType})`, async ({
    user,
    page,
    context,
  }) => {
    const first = new App(page, demo.apps.playground2);
    const second = new App(await context.newPage(), demo.apps.playground3);
    await switchOn(second, mechanism);
    await signInTo([first, second], user, grantType);
    const monitor = second.page.locator("[data-monitor]");
    if (mechanism === "session-management") await expect(monitor).toHaveAttribute("data-monitor", "watching");
    else await expect(monitor).toHaveCount(0);
    await first.logout();
    await op(page).confirmLogout();
    await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
    await second.page.bringToFront();
    await expect(second.page.locator(`[data-logged-out-by=${mechanism}]`)).toBeVisible();
    await expect(second.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  });
}

test("with none of them the other app stays logged in", async ({ user, page, context }) => {
  const first = new App(page, demo.apps.playground2);
  const second = new App(await context.newPage(), demo.apps.playground3);
  await switchOn(second);
  await signInTo([first, second], user, "Implicit");
  await first.logout();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  expect((await second.session()).user).toBe(user.name);
});
