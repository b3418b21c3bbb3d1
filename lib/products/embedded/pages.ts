/** The pages of the embedded OpenID Provider, by what a user does there. Needs only Playwright's types. */
import type { Locator, Page } from "@playwright/test";
import type { Driver, User } from "../driver.ts";
import { comesToOp, reachedOp } from "../op-pages.ts";

export class OpPages {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get #username(): Locator {
    return this.page.getByLabel("Username");
  }

  get #allow(): Locator {
    return this.page.getByRole("button", { name: "Allow" });
  }

  async signIn({ name, password }: User): Promise<void> {
    await this.#username.fill(name);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign In" }).click();
  }

  /** Allows what the app asks for, unless this user has before.
   * @param back base URL of the app, which the browser returns to */
  async allow(back: string): Promise<void> {
    await this.#allow
      .or(this.page.locator(`form[action^="${back}"]`))
      .first()
      .waitFor();
    if (await this.#allow.isVisible()) await this.#allow.click();
  }

  /** Signs in if the OP asks for it, and allows what the app asks for. */
  async signInAndAllow(user: User): Promise<void> {
    await this.#username.or(this.#allow).first().waitFor();
    if (await this.#username.isVisible()) await this.signIn(user);
    await this.#allow.click();
  }

  async confirmLogout(): Promise<void> {
    await this.page.getByRole("button", { name: "Yes" }).click();
  }

  async declineLogout(): Promise<void> {
    await this.page.getByRole("button", { name: "No", exact: true }).click();
  }
}

export const embeddedPages: Pick<Driver, "login" | "confirmLogout" | "declineLogout"> = {
  login: async (page, user, context) => {
    if (await comesToOp(page, context)) await new OpPages(page).signInAndAllow(user);
  },
  confirmLogout: async (page, context) => {
    await reachedOp(page, context);
    await new OpPages(page).confirmLogout();
  },
  declineLogout: async (page, context) => {
    await reachedOp(page, context);
    await new OpPages(page).declineLogout();
  },
};
