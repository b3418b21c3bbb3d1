/** Steps of tests with one single logout mechanism alone. */
import { expect } from "@playwright/test";
import type { App, FormChoice } from "#lib/check/steps/app-pages.ts";
import { type Mechanism, mechanismNames, mechanismTitles } from "#lib/oidc/mechanisms.ts";
import type { User } from "#lib/products/driver.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";

/** Switches these mechanisms on in the app, and the others off. */
export async function switchOn(app: App, ...chosen: Mechanism[]): Promise<void> {
  await app.open();
  for (const name of mechanismNames)
    await app.page.getByLabel(mechanismTitles[name]).setChecked(chosen.includes(name));
  await app.page.getByRole("button", { name: "Apply" }).click();
  await expect(app.page.getByLabel(mechanismTitles["back-channel"])).toBeChecked({
    checked: chosen.includes("back-channel"),
  });
}

/** Signs in to the first app with the password, and to the others by single sign-on. */
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
