/** Closing pages, which a browser on a busy machine does not always answer. */
import type { BrowserContext, Page } from "@playwright/test";
import { within } from "./within.ts";

/** What a page was. */
export interface Document {
  url: string;
  html: string;
}

const last = new WeakMap<BrowserContext, Document>();

/** The page of a browser that was closed here last, as it was. */
export const lastClosed = (browser: BrowserContext): Document | undefined => last.get(browser);

/** Closes a page, so that what comes next in this browser does not meet it. One that does not close is left alone: the
 * browser goes with the check. */
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

/** It may be what a failure is about. */
async function remember(page: Page): Promise<void> {
  const url = page.url();
  const html = await within(
    page.content().catch(() => undefined),
    1_000,
    undefined,
  );
  if (html !== undefined) last.set(page.context(), { url, html });
}

/** Chromium's headless shell forgets to close a page that is on its way elsewhere, as one is whose probe has just been
 * asked. That way may still win over the first one to nowhere. */
async function atRest(page: Page): Promise<void> {
  await page.goto("about:blank").catch(() => page.goto("about:blank"));
}
