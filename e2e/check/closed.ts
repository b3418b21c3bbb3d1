/** Closing pages, which a browser on a busy machine does not always answer. */
import type { Page } from "@playwright/test";

/** Closes a page, so that what comes next in this browser does not meet it. One that does not close is left alone: the
 * browser goes with the check. */
export async function closed(page: Page): Promise<void> {
  const { promise: longEnough, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 5_000);
  const close = atRest(page).then(() => page.close());
  await Promise.race([close.catch(() => undefined), longEnough]);
  clearTimeout(timer);
}

/** Chromium's headless shell forgets to close a page that is on its way elsewhere, as one is whose probe has just been
 * asked. That way may still win over the first one to nowhere. */
async function atRest(page: Page): Promise<void> {
  await page.goto("about:blank").catch(() => page.goto("about:blank"));
}
