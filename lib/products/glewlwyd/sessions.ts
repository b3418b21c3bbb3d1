/** Glewlwyd's own ways to end sessions: its API for administrators, and the profile page of a user. It names sessions by
 * a hash of its own, which cannot be told from a `sid`, so that an administrator cannot end the one of an ID Token. */
import type { Page } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import { administrator } from "../admin-api.ts";
import type { Driver, DriverContext, User } from "../driver.ts";
import { signedIn } from "./admin-api.ts";

/** @throws {CannotRun} where the issuer is none of Glewlwyd */
export function originOf({ issuer }: DriverContext): string {
  const [, origin] = /^(https?:\/\/.+)\/api\/[^/]+$/.exec(issuer) ?? [];
  if (origin) return origin;
  throw new CannotRun(`${issuer} is no issuer of Glewlwyd, which ends in /api/PLUGIN.`);
}

interface ListedSession {
  session_hash: string;
  enabled: boolean;
}

/** More than a user of a run has; without a limit the list has a hundred. */
const MOST = 10_000;

export const glewlwydSessions = {
  async endAllSessions({ name }: User, context: DriverContext): Promise<void> {
    await signedIn(originOf(context), administrator(context, "Glewlwyd"), async (api) => {
      const sessions = `/delegate/${encodeURIComponent(name)}/profile/session`;
      const list = (await api.call("GET", `${sessions}?limit=${MOST}`)) as ListedSession[];
      for (const { session_hash: hash } of list.filter(({ enabled }) => enabled))
        await api.call("DELETE", `${sessions}/${hash}`);
    });
  },

  async logoutAtOp(page: Page, context: DriverContext): Promise<void> {
    await page.goto(`${originOf(context)}/profile.html`);
    await page.locator("nav button:has(.fa-sign-out-alt)").click();
    await page.locator("nav button:has(.fa-sign-in-alt)").waitFor();
  },
} satisfies Partial<Driver>;
