/** Pages that a check uses again for its next question to the OP. A page is a process of the browser: opening and closing
 * one costs more than the question. */
import type { BrowserContext, Page } from "@playwright/test";
import { closePage, forgetClosed } from "./close-page.ts";
import { within } from "./within.ts";

/** Longest wait for a page to come to rest, in milliseconds. */
const patience = 2_000;

export class KeptPages {
  readonly #idle = new Map<BrowserContext, Page[]>();

  /** A page at rest, at this origin if there is one: the browser then needs no new process for it. Otherwise a new page. */
  async take(browser: BrowserContext, origin: string): Promise<Page> {
    const idle = this.#idle.get(browser)?.filter((page) => !page.isClosed()) ?? [];
    const page = idle.find((each) => URL.parse(each.url())?.origin === origin) ?? idle[0];
    this.#idle.set(
      browser,
      idle.filter((each) => each !== page),
    );
    return page ?? browser.newPage();
  }

  /** Keeps the page once it has loaded a page of this origin, where nothing happens any more; otherwise closes it, so that
   * no later step meets it. */
  async give(page: Page, origin: string): Promise<void> {
    const arrived = page
      .waitForURL((url) => url.origin === origin, { timeout: patience })
      .then(
        () => true,
        () => false,
      );
    if (!(await arrived)) return closePage(page);
    const browser = page.context();
    forgetClosed(browser);
    this.#idle.set(browser, [...(this.#idle.get(browser) ?? []), page]);
  }
}

/** Whether it settles, whatever with, within a moment. */
export const settles = (promise: Promise<unknown>): Promise<boolean> =>
  within(
    promise.then(
      () => true,
      () => true,
    ),
    patience,
    false,
  );
