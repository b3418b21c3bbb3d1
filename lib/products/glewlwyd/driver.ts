/** Glewlwyd 2.7, as packaged by Debian (e2e/idps/glewlwyd). */
import type { Page } from "@playwright/test";
import type { Driver, User } from "../driver.ts";
import { isIssuer } from "./admin-api.ts";
import { register } from "./registration.ts";
import { sessions } from "./sessions.ts";

export const glewlwyd: Driver = {
  name: "glewlwyd",
  recognizes: ({ issuer, ...metadata }) =>
    isIssuer(issuer) &&
    metadata.authorization_endpoint === `${issuer}/auth` &&
    metadata.userinfo_endpoint === `${issuer}/userinfo` &&
    metadata.introspection_endpoint === `${issuer}/introspect`,
  // Both come with session management; discovery does not mention them.
  undeclared: ["back-channel", "front-channel"],
  promptNoneNeedsHint: true,
  returnsOnlyWithState: true,
  register,
  ...sessions,

  login,
  confirmLogout: (page) => clickOnceLoaded(page, "button.btn-danger:not(.dropdown-toggle)"),
  declineLogout: (page) => clickOnceLoaded(page, "button.btn-primary.btn-icon-right"),
};

/** The buttons appear before the page knows which clients to notify and where to return; people are slower. */
async function clickOnceLoaded(page: Page, button: string): Promise<void> {
  await page.locator(button).waitFor();
  await page.waitForFunction(() => {
    if (!new URLSearchParams(location.search).has("sid")) return true;
    const fetched = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    return fetched.some(({ name, responseEnd }) => name.includes("/session/") && responseEnd > 0);
  });
  await page.locator(button).click();
}

/** A page with a button to continue always comes, even if nothing is asked; before it the scopes, once per client. */
async function login(page: Page, { name, password }: User): Promise<void> {
  const secret = page.locator("#password");
  const grants = page.locator('[id^="grant-"]').first();
  const onward = page.locator("button.btn-success");
  await secret.or(grants).or(onward).first().waitFor();
  if (await secret.isVisible()) {
    await page.locator("#username").fill(name);
    await secret.fill(password);
    await page.locator("#loginbut").click();
    await grants.or(onward).first().waitFor();
  }
  if (await grants.isVisible()) await page.locator("button.btn-primary").click();
  await onward.click();
}
