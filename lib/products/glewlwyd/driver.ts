/** Glewlwyd 2.7, as packaged by Debian (e2e/idps/glewlwyd). */
import type { Page } from "@playwright/test";
import type { Driver, DriverContext, User } from "../driver.ts";
import { comesToOp, reachedOp } from "../op-pages.ts";
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
  confirmLogout: (page, context) => clickOnceLoaded(page, "button.btn-danger:not(.dropdown-toggle)", context),
  declineLogout: (page, context) => clickOnceLoaded(page, "button.btn-primary.btn-icon-right", context),
};

/** The buttons appear before the page knows which clients to notify and where to return; people are slower. */
async function clickOnceLoaded(page: Page, button: string, context: DriverContext): Promise<void> {
  await reachedOp(page, context);
  await page.locator(button).waitFor();
  await page.waitForFunction(() => {
    if (!new URLSearchParams(location.search).has("sid")) return true;
    const fetched = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    return fetched.some(({ name, responseEnd }) => name.includes("/session/") && responseEnd > 0);
  });
  await page.locator(button).click();
}

/** A page with a button to continue always comes, even if nothing is asked; before it the scopes, once per client. */
async function login(page: Page, { name, password }: User, context: DriverContext): Promise<void> {
  if (!(await comesToOp(page, context))) return;
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
