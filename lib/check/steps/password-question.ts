/** Whether a sign-in asks for the password, on its first page or after the user name. */
import type { Page } from "@playwright/test";

/** Enters the user name if asked for it first, but never the password.
 * @param patience for each of the two pages, in milliseconds
 * @returns false if no password field appears */
export async function asksForPassword(page: Page, name: string, patience = 10_000): Promise<boolean> {
  const secret = page.locator('input[type="password"]:visible').first();
  const isName = ["[type=text]", "[type=email]", ":not([type])"].map((type) => `input${type}:visible`);
  const username = page.locator(isName.join(", ")).first();
  try {
    await secret.or(username).first().waitFor({ timeout: patience });
    if (await secret.isVisible()) return true;
    await username.fill(name, { timeout: patience });
    await username.press("Enter", { timeout: patience });
    await secret.waitFor({ timeout: patience });
    return true;
  } catch {
    return false;
  }
}
