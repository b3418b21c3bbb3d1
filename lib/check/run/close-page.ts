/** Closing pages, which may hang in a browser on a busy machine. */
import type { BrowserContext, Page } from "@playwright/test";
import { within } from "./within.ts";

/** A page at some moment. */
export interface Document {
  url: string;
  html: string;
}

const last = new WeakMap<BrowserContext, Document>();

/** The page of a browser that was closed last, as it was then. */
export const lastClosed = (browser: BrowserContext): Document | undefined => last.get(browser);

/** Once a page of an app has followed it. */
export const forgetClosed = (browser: BrowserContext): void => void last.delete(browser);

/** Closes a page, so that no later step in this browser meets it. Gives up after a while: the browser is closed with the
 * check. */
export async function closePage(page: Page): Promise<void> {
  const close = remember(page)
    .then(() => atRest(page))
    .then(() => page.close());
  await within(
    close.catch(() => undefined),
    5_000,
    undefined,
  );
}

/** Keeps the content, which a failure may be about. */
async function remember(page: Page): Promise<void> {
  const url = page.url();
  const html = await within(
    page.content().catch(() => undefined),
    1_000,
    undefined,
  );
  if (html !== undefined) last.set(page.context(), { url, html });
}

/** Chromium's headless shell does not close a page during a navigation, such as one that has just reached a probe. That
 * navigation may also interrupt the first attempt. */
async function atRest(page: Page): Promise<void> {
  await page.goto("about:blank").catch(() => page.goto("about:blank"));
}
