/** Chromium, once for each way to treat third-party cookies, and in it a fresh browser (its own cookies) for each
 * person of a check. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import { findBrowser } from "../support/system.ts";
import type { CookieMode } from "./check.ts";
import { CannotRun } from "./world.ts";

/** Chromium's `profile.cookie_controls_mode`; what it does by default is the distribution's choice. */
const modes: Readonly<Record<CookieMode, number>> = { "cookies-allowed": 0, "cookies-blocked": 1 };

export interface Browsers {
  /** A browser that has never been anywhere. */
  fresh(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** @param headed shows the windows */
export async function launch(mode: CookieMode, headed: boolean): Promise<Browsers> {
  const folder = mkdtempSync(join(tmpdir(), "check-profile-"));
  mkdirSync(join(folder, "Default"));
  // The setting has to be there before the browser starts; contexts that are made later take it over.
  const preferences = { profile: { cookie_controls_mode: modes[mode] } };
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  const executablePath = findBrowser();
  const profile = await chromium
    .launchPersistentContext(folder, {
      ...(executablePath ? { executablePath } : {}),
      headless: !headed,
      args: ["--no-sandbox"],
    })
    .catch((error: Error) => {
      rmSync(folder, { recursive: true, force: true });
      throw new CannotRun(`Chromium does not start: ${error.message.split("\n", 1)[0]}`);
    });
  const browser = profile.browser() as Browser;
  return {
    fresh: () => browser.newContext({ ignoreHTTPSErrors: true }),
    close: async () => {
      // What is left of it is in the folder for temporary files; the results are worth more than a tidy end.
      await profile.close().catch(() => undefined);
      try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      } catch {}
    },
  };
}
