/** The actors of the end-to-end tests: two apps in two tabs of one browser, their OP, and a user. */
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import type { User } from "#lib/products/driver.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";
import { type Apps, demo, testers } from "./demo.ts";

export interface Options {
  /** Which of the apps' base URLs to use. */
  apps: Apps;
  /** Errors that the pages may log: parts of the text, or of the address. */
  expectedErrors: readonly string[];
}

interface Actors {
  user: User;
  playground2: App;
  playground3: App;
}

export const test = base.extend<Options & Actors>({
  apps: [demo.throughFrontDoor, { option: true }],
  expectedErrors: [[], { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture names from this pattern
  user: async ({}, use, { parallelIndex }) => {
    const tester = testers[parallelIndex];
    if (!tester) throw new Error("more workers than testers");
    await use(tester);
  },
  context: async ({ context, expectedErrors }, use) => failOnPageErrors(context, use, expectedErrors),
  playground2: async ({ page, apps }, use) => use(new App(page, apps.playground2)),
  playground3: async ({ context, apps }, use) => use(new App(await context.newPage(), apps.playground3)),
});

/** Fails the test if a page violates its own policy or throws. */
export async function failOnPageErrors(
  context: BrowserContext,
  use: (context: BrowserContext) => Promise<void>,
  expected: readonly string[] = [],
): Promise<void> {
  const errors: string[] = [];
  context.on("console", (message) => {
    const whole = `${message.text()} ${message.location().url}`;
    if (message.type() !== "error" || isPlainStatus(whole)) return;
    if (!expected.some((part) => whole.includes(part))) errors.push(whole);
  });
  context.on("weberror", ({ error }) => errors.push(String(error())));
  await use(context);
  expect(errors).toEqual([]);
}

/** Chromium logs every 4xx document as an error; tests of error pages check those themselves. */
const isPlainStatus = (text: string) =>
  text.startsWith("Failed to load resource: the server responded with a status of 4");

export const op = (page: Page): OpPages => new OpPages(page);

export { expect };
