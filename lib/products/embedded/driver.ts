/** The embedded OpenID Provider of this project. */
import type { Driver } from "../driver.ts";
import { registerDynamically } from "../generic/dynamic-registration.ts";
import { sessionsPage } from "./sessions.ts";

export const embedded: Driver = {
  name: "embedded",
  register: registerDynamically,
  largeIdToken: { user: { name: "grace", password: "grace" }, scope: "openid groups" },
  ...sessionsPage,

  async login(page, { name, password }) {
    const username = page.getByLabel("Username");
    const allow = page.getByRole("button", { name: "Allow" });
    await username.or(allow).first().waitFor();
    if (await username.isVisible()) {
      await username.fill(name);
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign In" }).click();
    }
    await allow.click();
  },

  confirmLogout: (page) => page.getByRole("button", { name: "Yes" }).click(),
  declineLogout: (page) => page.getByRole("button", { name: "No", exact: true }).click(),
};
