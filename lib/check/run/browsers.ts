/** Chromium, once for each way to treat third-party cookies, and in it a fresh browser (its own cookies) for each
 * person of a check. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import { findBrowser, findHeadlessBrowser } from "#lib/prepare/system.ts";
import type { CookieMode } from "../model/check.ts";

/** Chromium's `profile.cookie_controls_mode`; what it does by default is the distribution's choice. */
const modes: Readonly<Record<CookieMode, number>> = { "cookies-allowed": 0, "cookies-blocked": 1 };

export interface Browsers {
  /** A browser that has never been anywhere. */
  fresh(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** @param headed shows the windows
 * @throws {CannotRun} where there is no browser that starts */
export async function launch(mode: CookieMode, headed: boolean): Promise<Browsers> {
  // The setting is one of a profile, which the headless shell does not read; it allows third-party cookies.
  const needsProfile = headed || mode !== "cookies-allowed";
  const executablePath = browserFile(needsProfile ? findBrowser : findHeadlessBrowser);
  const folder = mkdtempSync(join(tmpdir(), "check-profile-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", remove);
  mkdirSync(join(folder, "Default"));
  // The setting has to be there before the browser starts; contexts that are made later take it over.
  const preferences = { profile: { cookie_controls_mode: modes[mode] } };
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  // Signals are for the run, which closes its browsers and has something left to say.
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
      // What is left of it is in the folder for temporary files; the results are worth more than a tidy end.
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
    "No Chromium or Chrome was found: install one with npx playwright install chromium, or name its file in CHROMIUM_PATH.",
  );
}
