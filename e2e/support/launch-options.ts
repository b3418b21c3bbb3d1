/** Which Chromium the end-to-end tests start, and how. */
import type { LaunchOptions } from "@playwright/test";
import { findBrowser, findHeadlessBrowser } from "#lib/prepare/system.ts";

const optionsFor = (executablePath: string | undefined): LaunchOptions => ({
  ...(executablePath ? { executablePath } : {}),
  args: ["--no-sandbox"],
});

/** For most tests. */
export const fast = optionsFor(findHeadlessBrowser());

/** For tests of what only a browser with windows and profiles has. */
export const whole = optionsFor(findBrowser());
