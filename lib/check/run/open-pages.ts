/** What the browsers of a check show of the OP when it fails: that is gone as soon as they are closed. */
import type { BrowserContext, Page } from "@playwright/test";
import { redactedHtml } from "../evidence/redacted-html.ts";
import { redacted, redactedAddress } from "../evidence/redaction.ts";
import { type Document, lastClosed } from "./close-page.ts";
import { secretsOf } from "./secrets.ts";
import type { Trial } from "./trial.ts";
import { within } from "./within.ts";

/** Most of a page that is shown, in characters. */
const most = 4_000;
/** Longest wait for a page to tell what it shows, in milliseconds. */
const patience = 2_000;
/** Shorter values of cookies are words that may stand in any text. */
const shortestKey = 16;

/** Notes every page of the OP that is open, with its URL, its title and its document; of a browser without one, the page
 * that was closed last. */
export async function noteOpenPages(trial: Trial): Promise<void> {
  const origins = originsOf(trial);
  const isAtOp = ({ url }: Document) => origins.has(URL.parse(url)?.origin);
  for (const browser of trial.browsers) {
    const open = (await Promise.all(browser.pages().map(documentOf))).filter(isAtOp);
    const [closed] = [lastClosed(browser) ?? []].flat().filter(isAtOp);
    const secrets = [...secretsOf(trial), ...(await keysOf(browser))];
    for (const page of open) note(trial, "open at the OP when it failed", page, secrets);
    if (closed && open.length === 0) note(trial, "the last page of the OP before it failed", closed, secrets);
  }
}

function note(trial: Trial, what: string, { url, html }: Document, secrets: readonly string[]): void {
  const [, title = ""] = /<title[^>]*>([^<]*)/i.exec(html) ?? [];
  // Redacted before it is shortened: half a secret would not be found any more.
  const text = redacted(`Title: ${title}\n${redactedHtml(html)}`, secrets);
  const shown = text.length > most ? `${text.slice(0, most - 40)}… (${text.length} characters)` : text;
  trial.report.note(`${what}: ${redactedAddress(url)}`, shown);
}

/** Every host that discovery names: the pages of an OP need not be where its issuer is. */
const originsOf = ({ context, metadata }: Trial): Set<string | undefined> =>
  new Set([context.issuer, ...Object.values(metadata)].map((value) => URL.parse(String(value))?.origin));

/** The cookies of a browser that a page might repeat. */
async function keysOf(browser: BrowserContext): Promise<string[]> {
  const cookies = await browser.cookies();
  return cookies.map(({ value }) => value).filter(({ length }) => length >= shortestKey);
}

/** What a page shows. While it gives way to the next one, that one is waited for. */
async function documentOf(page: Page): Promise<Document> {
  const next = () => page.waitForEvent("domcontentloaded").then(() => page.content());
  const html = await within(
    page
      .content()
      .catch(next)
      .catch((error: unknown) => `It cannot be read: ${String(error).split("\n", 1)[0]}`),
    patience,
    "It does not answer.",
  );
  return { url: page.url(), html };
}
