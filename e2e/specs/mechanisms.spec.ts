/** Each mechanism by itself, in a demo of its own: the switch is the app's, not the browser's. */
import { type DemoProcess, startDemo } from "../support/demo-process.ts";
import { expect, op, test } from "../support/fixtures.ts";
import { App, type User } from "../support/pages.ts";

test.describe.configure({ mode: "serial" });
let demo: DemoProcess;
test.beforeAll(async () => {
  demo = await startDemo({ flags: [] });
});
test.afterAll(() => demo?.stop());

const labels = {
  "back-channel": "Back-channel logout",
  "front-channel": "Front-channel logout",
  "session-management": "Session management",
} as const;

async function useOnly(app: App, ...chosen: (keyof typeof labels)[]): Promise<void> {
  await app.open();
  for (const [name, label] of Object.entries(labels)) {
    await app.page.getByLabel(label).setChecked(chosen.includes(name as keyof typeof labels));
  }
  await app.page.getByRole("button", { name: "Use these" }).click();
  await expect(app.page.getByLabel(labels["back-channel"])).toBeChecked({
    checked: chosen.includes("back-channel"),
  });
}

async function signInToBoth(apps: readonly App[], user: User, grantType: "Implicit" | "Authorization Code") {
  for (const [index, app] of apps.entries()) {
    await app.importPhotos({ grantType });
    if (index === 0) await op(app.page).signIn(user);
    await op(app.page).allow(app.base);
    await app.expectLoggedIn(user.name);
  }
}

for (const mechanism of Object.keys(labels) as (keyof typeof labels)[]) {
  for (const grantType of ["Implicit", "Authorization Code"] as const) {
    test(`${mechanism} alone logs the other app out, without a reload (${grantType})`, async ({
      user,
      page,
      context,
    }) => {
      const first = new App(page, demo.apps.playground2);
      const second = new App(await context.newPage(), demo.apps.playground3);
      await useOnly(second, mechanism);
      await signInToBoth([first, second], user, grantType);
      const monitor = second.page.locator("[data-monitor]");
      if (mechanism === "session-management")
        await expect(monitor).toHaveAttribute("data-monitor", "watching");
      else await expect(monitor).toHaveCount(0);
      await first.logout();
      await op(page).confirmLogout();
      await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
      await second.page.bringToFront();
      await expect(second.page.locator(`[data-logged-out-by=${mechanism}]`)).toBeVisible({ timeout: 10_000 });
      await expect(second.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
    });
  }
}

test("with none of them the other app stays logged in", async ({ user, page, context }) => {
  const first = new App(page, demo.apps.playground2);
  const second = new App(await context.newPage(), demo.apps.playground3);
  await useOnly(second);
  await signInToBoth([first, second], user, "Implicit");
  await first.logout();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  expect((await second.session()).user).toBe(user.name);
});
