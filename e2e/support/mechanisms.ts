/** Steps of tests that look at one mechanism of single logout by itself. */
import { expect } from "@playwright/test";
import { type App, type FormChoice, OpPages, type User } from "#lib/check/steps/app-pages.ts";

/** The mechanisms as the app's switch names them. */
export const labels = {
  "back-channel": "Back-channel logout",
  "front-channel": "Front-channel logout",
  "session-management": "Session management",
} as const;

export type Mechanism = keyof typeof labels;

/** Switches these on at the app, and the others off. */
export async function switchOn(app: App, ...chosen: Mechanism[]): Promise<void> {
  await app.open();
  for (const [name, label] of Object.entries(labels)) {
    await app.page.getByLabel(label).setChecked(chosen.includes(name as Mechanism));
  }
  await app.page.getByRole("button", { name: "Use these" }).click();
  await expect(app.page.getByLabel(labels["back-channel"])).toBeChecked({
    checked: chosen.includes("back-channel"),
  });
}

/** Signs in at the first app, and so at the others. */
export async function signInTo(
  apps: readonly App[],
  user: User,
  grantType: NonNullable<FormChoice["grantType"]>,
): Promise<void> {
  for (const [index, app] of apps.entries()) {
    await app.importPhotos({ grantType });
    const op = new OpPages(app.page);
    if (index === 0) await op.signIn(user);
    await op.allow(app.base);
    await app.expectLoggedIn(user.name);
  }
}
