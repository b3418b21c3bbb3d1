/** Any OpenID Provider whose pages are plain forms: the first one with a password, then any button that goes on. */
import type { Page } from "@playwright/test";
import type { Driver } from "../driver.ts";
import { registerDynamically } from "./dynamic-registration.ts";

const submit = 'button[type="submit"], input[type="submit"], button:not([type])';

export const generic: Driver = {
  name: "generic",
  // Unknown; it only matters if registration omits a channel.
  oneChannelPerClient: true,
  register: registerDynamically,

  async login(page, { name, password }) {
    const secret = page.locator('input[type="password"]').first();
    const button = page.locator(submit).first();
    await secret.or(button).first().waitFor();
    if (await secret.isVisible()) {
      const form = page.locator("form").filter({ has: secret });
      await form.locator('input[type="text"], input[type="email"], input:not([type])').first().fill(name);
      await secret.fill(password);
      await form.locator(submit).first().click();
    }
    await button.click();
  },

  confirmLogout: (page) => page.locator(submit).first().click(),
  declineLogout: (page: Page) => page.locator(submit).nth(1).click(),
};
