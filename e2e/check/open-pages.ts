/** What the browsers of a check show of the OP when it fails: that is gone as soon as they are closed. */
import type { Page } from "@playwright/test";
import { inTime } from "./in-time.ts";
import { redacted, shownAddress } from "./redaction.ts";
import { shownHtml } from "./shown-html.ts";
import type { Trial } from "./trial.ts";

/** Most of a page that is shown, in characters. */
const most = 4_000;
/** Longest wait for a page to tell what it shows, in milliseconds. */
const patience = 2_000;
/** Shorter values of cookies are words that may stand in any text. */
const shortestKey = 16;

/** Notes every page of the OP that is open, with its URL, its title and its document. */
export async function noteOpenPages(trial: Trial): Promise<void> {
  const origins = originsOf(trial);
  const isAtOp = (page: Page) => origins.has(URL.parse(page.url())?.origin);
  const pages = trial.openPages.filter(isAtOp);
  const shown = pages.map((page) => inTime(shownPage(page, trial.secrets), patience, "It does not answer."));
  const texts = await Promise.all(shown);
  for (const [index, page] of pages.entries()) {
    // One that was on its way may have left the OP by now.
    if (isAtOp(page))
      trial.note(`open at the OP when it failed: ${shownAddress(page.url())}`, texts[index] ?? "");
  }
}

/** Every host that discovery names: the pages of an OP need not be where its issuer is. */
const originsOf = ({ context, metadata }: Trial): Set<string | undefined> =>
  new Set([context.issuer, ...Object.values(metadata)].map((value) => URL.parse(String(value))?.origin));

async function shownPage(page: Page, secrets: readonly string[]): Promise<string> {
  try {
    const html = await page.content().catch(() => contentOnceLoaded(page));
    const [title, cookies] = await Promise.all([page.title(), page.context().cookies()]);
    const keys = cookies.map(({ value }) => value).filter(({ length }) => length >= shortestKey);
    // Redacted before it is shortened: half a secret would not be found any more.
    const text = redacted(`Title: ${title}\n${shownHtml(html)}`, [...secrets, ...keys]);
    return text.length > most ? `${text.slice(0, most - 40)}… (${text.length} characters)` : text;
  } catch (error) {
    const [message = ""] = String(error).split("\n", 1);
    return `It cannot be read: ${message}`;
  }
}

/** While a page gives way to the next one, neither can be read. */
async function contentOnceLoaded(page: Page): Promise<string> {
  await page.waitForEvent("domcontentloaded", { timeout: patience });
  return page.content();
}
