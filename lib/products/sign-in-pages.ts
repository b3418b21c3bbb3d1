/** Signing in on the pages that most products have: a password, then perhaps a consent. */
import type { Page } from "@playwright/test";
import type { DriverContext, User } from "./driver.ts";
import { comesToOp, isAtOp } from "./op-pages.ts";

/** Selectors. */
interface SignInPages {
  username: string;
  password: string;
  submit: string;
  /** Visible once the OP has refused the password. */
  refused: string;
  /** The button that allows what the client asks for. */
  allow: string;
}

/** Acts on pages of the OP alone. Returns once the browser has left it.
 * @param choose ticks what must be ticked before the allow button is pressed
 * @throws {Error} if the OP refuses the password */
export async function passSignInPages(
  page: Page,
  { name, password }: User,
  pages: SignInPages,
  context: DriverContext,
  choose: (page: Page) => Promise<void> = async () => undefined,
): Promise<void> {
  if (!(await comesToOp(page, context))) return;
  const secret = page.locator(pages.password).first();
  const allow = page.locator(pages.allow).first();
  await secret.or(allow).first().waitFor();
  if (await secret.isVisible()) {
    await page.locator(pages.username).first().fill(name);
    await secret.fill(password);
    await page.locator(pages.submit).first().click();
  }
  const left = page.waitForURL((url) => !isAtOp(url.href, context), { waitUntil: "commit" });
  const next = await Promise.race([
    left.then(() => "left"),
    allow.waitFor().then(() => "asked"),
    page
      .locator(pages.refused)
      .first()
      .waitFor()
      .then(() => "refused"),
  ]);
  if (next === "refused") throw new Error(`The OP refuses the password of ${name}: check --user.`);
  if (next === "left") return;
  await choose(page);
  await allow.click();
  await left;
}
