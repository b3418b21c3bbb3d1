/** Chromium, once for each cookie mode, with a fresh browser (its own cookies) for each user of a check. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import { findBrowser, findHeadlessBrowser } from "#lib/prepare/system.ts";
import type { CookieMode } from "../model/check.ts";

/** Chromium's `profile.cookie_controls_mode`; its default differs between distributions. */
const modes: Readonly<Record<CookieMode, number>> = { "cookies-allowed": 0, "cookies-blocked": 1 };

export interface Browsers {
  /** A browser without cookies or history. */
  fresh(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** @param headed shows the windows
 * @throws {CannotRun} if no browser starts */
export async function launch(mode: CookieMode, headed: boolean): Promise<Browsers> {
  // The headless shell reads no profile settings and allows third-party cookies.
  const needsProfile = headed || mode !== "cookies-allowed";
  const executablePath = browserFile(needsProfile ? findBrowser : findHeadlessBrowser);
  const folder = mkdtempSync(join(tmpdir(), "check-profile-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", remove);
  mkdirSync(join(folder, "Default"));
  // The browser reads the setting at its start; later contexts inherit it.
  const preferences = { profile: { cookie_controls_mode: modes[mode] } };
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  // The run itself handles signals: it closes its browsers and still has output.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  const options = { ...signals, executablePath, headless: !headed, args: ["--no-sandbox"] };
  const profile = await chromium.launchPersistentContext(folder, options).catch((error: Error) => {
    const why = stripVTControlCharacters(error.message).split("\n", 1)[0];
    throw new CannotRun(`Chromium (${executablePath}) does not start: ${why}`);
  });
  const browser = profile.browser() as Browser;
  return {
    fresh: () => browser.newContext({ ignoreHTTPSErrors: true }),
    close: async () => {
      // The results matter more than leftovers among the temporary files.
      await profile.close().catch(() => undefined);
      remove();
      process.off("exit", remove);
    },
  };
}

/** @throws {CannotRun} */
export function browserFile(find: typeof findBrowser = findBrowser): string {
  let found: string | undefined;
  try {
    found = find();
  } catch (error) {
    throw new CannotRun((error as Error).message);
  }
  if (found) return found;
  throw new CannotRun(
    "No Chromium or Chrome was found: install one with npx playwright install chromium, or set CHROMIUM_PATH.",
  );
}
