/** Closing pages, which a browser on a busy machine does not always answer. */
import type { Page } from "@playwright/test";

/** Closes a page, so that what comes next in this browser does not meet it. One that does not close is left alone: the
 * browser goes with the check. */
export async function closed(page: Page): Promise<void> {
  const { promise: longEnough, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 5_000);
  await Promise.race([page.close().catch(() => undefined), longEnough]);
  clearTimeout(timer);
}
