/** Launch options of the end-to-end tests. */
import type { LaunchOptions } from "@playwright/test";
import { findBrowser, findHeadlessBrowser } from "#lib/prepare/system.ts";

const optionsFor = (executablePath: string | undefined): LaunchOptions => ({
  ...(executablePath ? { executablePath } : {}),
  args: ["--no-sandbox"],
});

/** Chromium's headless shell, for most tests. */
export const fast = optionsFor(findHeadlessBrowser());

/** A full browser, for tests that need windows or profiles. */
export const whole = optionsFor(findBrowser());
