/** Everything that a browser does on its own: navigations, responses and dialogs. */
import type { BrowserContext, Page, Request, Response } from "@playwright/test";
import { redactedAddress } from "../evidence/redaction.ts";

export interface BrowserTrace {
  /** Document requests of pages, with redirects but without iframes. */
  navigations: Request[];
  /** All requests, including those of iframes and subresources. */
  requests: Request[];
  responses: Response[];
  /** Texts of dialogs: only an injected script opens one. */
  dialogs: string[];
}

const isOfPage = (request: Request): boolean =>
  request.isNavigationRequest() && !request.frame().parentFrame();

/** Watches from now on. */
export function traceOf(browser: BrowserContext): BrowserTrace {
  const trace: BrowserTrace = { navigations: [], requests: [], responses: [], dialogs: [] };
  browser.on("request", (request) => void (isOfPage(request) && trace.navigations.push(request)));
  browser.on("request", (request) => void trace.requests.push(request));
  browser.on("response", (response) => void (isOfPage(response.request()) && trace.responses.push(response)));
  browser.on("dialog", (dialog) => {
    trace.dialogs.push(dialog.message());
    void dialog.dismiss().catch(() => undefined);
  });
  return trace;
}

/** The documents from one origin. */
export const responsesOf = ({ responses }: BrowserTrace, origin: string): Response[] =>
  responses.filter((response) => new URL(response.url()).origin === origin);

/** The responses to the document requests of one page, with redirects; more are added as they come. */
export function answersOn(page: Page): Response[] {
  const answers: Response[] = [];
  page.on("response", (response) => void (isOfPage(response.request()) && answers.push(response)));
  return answers;
}

/** A request and its response in one line of evidence. The query is omitted: the previous request or Location has it. */
export function answerLine(response: Response): string {
  const { location } = response.headers();
  const [path = ""] = redactedAddress(response.url()).split(/[?#]/, 1);
  const line = `${response.request().method()} ${path}: ${response.status()}`;
  return location === undefined ? line : `${line}, Location: ${redactedAddress(location)}`;
}
