/** Glewlwyd's ways to end sessions: its API for administrators, and the profile page of a user. It names sessions by a
 * hash of its own, which cannot be derived from a `sid`, so an administrator cannot end the session of an ID Token. */
import type { Page } from "@playwright/test";
import { administrator } from "../admin-api.ts";
import type { Driver, DriverContext, User } from "../driver.ts";
import { type Api, originOf, productName, signedIn } from "./admin-api.ts";

interface ListedSession {
  session_hash: string;
  enabled: boolean;
}

/** More than a user of a run has; the default limit is a hundred. */
const maxSessions = 10_000;

export const sessions = {
  async endAllSessions({ name }: User, context: DriverContext): Promise<void> {
    const [origin, admin] = [originOf(context), administrator(context, productName)];
    const endAll = async (api: Api) => {
      const path = `/delegate/${encodeURIComponent(name)}/profile/session`;
      const list = (await api.call("GET", `${path}?limit=${maxSessions}`)) as ListedSession[];
      for (const { session_hash: hash } of list.filter(({ enabled }) => enabled))
        await api.call("DELETE", `${path}/${hash}`);
    };
    await signedIn(origin, admin, endAll, context.fetch);
  },

  async logoutAtOp(page: Page, context: DriverContext): Promise<void> {
    await page.goto(`${originOf(context)}/profile.html`);
    await page.locator("nav button:has(.fa-sign-out-alt)").click();
    await page.locator("nav button:has(.fa-sign-in-alt)").waitFor();
  },
} satisfies Partial<Driver>;
