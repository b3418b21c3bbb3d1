/** The pages of the OP that are open when a check fails, noted before its browsers close. */
import type { BrowserContext, Page } from "@playwright/test";
import { originsOf } from "#lib/products/op-pages.ts";
import { redactedPage } from "../evidence/redacted-html.ts";
import { redacted, redactedAddress } from "../evidence/redaction.ts";
import { type Document, lastClosed } from "./close-page.ts";
import { secretsOf } from "./secrets.ts";
import type { Trial } from "./trial.ts";
import { within } from "./within.ts";

/** Longest note of a page, in characters. */
const longest = 4_000;
/** Longest wait for the content of a page, in milliseconds. */
const patience = 2_000;
/** Shorter cookie values may be words of any text. */
const shortestKey = 16;

/** Notes each open page of the OP with its URL, title and HTML; for a browser without one, the page that was closed last. */
export async function noteOpenPages(trial: Trial): Promise<void> {
  const origins = originsOf(trial.context);
  const isAtOp = ({ url }: Document) => origins.has(URL.parse(url)?.origin ?? "");
  for (const browser of trial.browsers) {
    const open = (await Promise.all(browser.pages().map(documentOf))).filter(isAtOp);
    const [closed] = [lastClosed(browser) ?? []].flat().filter(isAtOp);
    const secrets = [...secretsOf(trial), ...(await keysOf(browser))];
    for (const page of open) note(trial, "open at the OP when it failed", page, secrets);
    if (closed && open.length === 0) note(trial, "the last page of the OP before it failed", closed, secrets);
  }
}

function note(trial: Trial, what: string, { url, html }: Document, secrets: readonly string[]): void {
  const page = redactedPage(html, (text) => redacted(text, secrets));
  // Once more as a whole, and before it is shortened: half a secret would not be found.
  const text = redacted(`Title: ${page.title}\n${page.html}`, secrets);
  const shown = text.length > longest ? `${text.slice(0, longest - 40)}… (${text.length} characters)` : text;
  trial.report.note(`${what}: ${redacted(redactedAddress(url), secrets)}`, shown);
}

/** The cookie values of a browser, which a page might repeat. */
async function keysOf(browser: BrowserContext): Promise<string[]> {
  const cookies = await browser.cookies();
  return cookies.map(({ value }) => value).filter(({ length }) => length >= shortestKey);
}

/** The content of a page. During a navigation, waits for the next page. */
async function documentOf(page: Page): Promise<Document> {
  const next = () => page.waitForEvent("domcontentloaded").then(() => page.content());
  const html = await within(
    page
      .content()
      .catch(next)
      .catch((error: unknown) => `It cannot be read: ${String(error).split("\n", 1)[0]}`),
    patience,
    "It does not respond.",
  );
  return { url: page.url(), html };
}
