/** The actors of the end-to-end tests: two apps in two tabs of one browser, their OP, and a user of one's own. */
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import type { User } from "#lib/products/driver.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";
import { type Apps, demo, testers } from "./demo.ts";

export interface Options {
  /** Which of their addresses the apps are used at. */
  apps: Apps;
}

interface Actors {
  user: User;
  playground2: App;
  playground3: App;
}

export const test = base.extend<Options & Actors>({
  apps: [demo.throughFrontDoor, { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names off this pattern
  user: async ({}, use, { parallelIndex }) => {
    const tester = testers[parallelIndex];
    if (!tester) throw new Error("more workers than testers");
    await use(tester);
  },
  context: async ({ context }, use) => heedComplaints(context, use),
  playground2: async ({ page, apps }, use) => use(new App(page, apps.playground2)),
  playground3: async ({ context, apps }, use) => use(new App(await context.newPage(), apps.playground3)),
});

/** A page that breaks its own policy or throws is a failure, whatever the test looks at. */
export async function heedComplaints(
  context: BrowserContext,
  use: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" && !isPlainStatus(message.text())) complaints.push(message.text());
  });
  context.on("weberror", ({ error }) => complaints.push(String(error())));
  await use(context);
  expect(complaints).toEqual([]);
}

/** Chromium logs every 4xx document as an error; tests of error pages look at those themselves. */
const isPlainStatus = (text: string) =>
  text.startsWith("Failed to load resource: the server responded with a status of 4");

export const op = (page: Page): OpPages => new OpPages(page);

export { expect };
