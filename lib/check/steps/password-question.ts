/** Whether a sign-in asks for the password, on its first page or after the user name. */
import type { Locator, Page } from "@playwright/test";

/** The visible fields of a sign-in page. */
function fieldsOf(page: Page): { secret: Locator; username: Locator } {
  const isName = ["[type=text]", "[type=email]", ":not([type])"].map((type) => `input${type}:visible`);
  return {
    secret: page.locator('input[type="password"]:visible').first(),
    username: page.locator(isName.join(", ")).first(),
  };
}

/** How sign-in pages name the field of the user: a page may have a field for a search, too. */
const namesOfUser = ["user", "login", "email", "identifier", "account"];
const userField = [
  "[type=email]",
  "[autocomplete*=username i]",
  ...namesOfUser.flatMap((name) => [`[name*=${name} i]`, `[id*=${name} i]`]),
]
  .map((which) => `input${which}:visible`)
  .join(", ");

/** Whether a page that has loaded asks who the user is: for a user name, a password or both. */
export async function asksWhoTheUserIs(page: Page): Promise<boolean> {
  return page
    .locator(`input[type=password]:visible, ${userField}`)
    .first()
    .isVisible()
    .catch(() => false); // closed, or on its way to another page
}

/** Enters the user name if asked for it first, but never the password.
 * @param patience for each of the two pages, in milliseconds
 * @returns false if no password field appears */
export async function asksForPassword(page: Page, name: string, patience = 10_000): Promise<boolean> {
  const { secret, username } = fieldsOf(page);
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
