/** What a browser does by itself: where its pages go, what came back, and which scripts spoke up. */
import type { BrowserContext, Page, Request, Response } from "@playwright/test";
import { redactedAddress } from "../evidence/redaction.ts";

export interface BrowserTrace {
  /** Documents that a page itself asked for, redirects included; frames are left out. */
  navigations: Request[];
  /** All that was asked for, in frames and for the parts of pages too. */
  requests: Request[];
  responses: Response[];
  /** Texts of dialogs: only a script that was smuggled in opens one. */
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

/** The documents that one host sent. */
export const responsesOf = ({ responses }: BrowserTrace, origin: string): Response[] =>
  responses.filter((response) => new URL(response.url()).origin === origin);

/** The answers to what one page itself asks for, redirects included; they are added as they come. */
export function answersOn(page: Page): Response[] {
  const answers: Response[] = [];
  page.on("response", (response) => void (isOfPage(response.request()) && answers.push(response)));
  return answers;
}

/** A request and its answer in a line of evidence; the query is that of the request before, or of its Location. */
export function answerLine(response: Response): string {
  const { location } = response.headers();
  const [path = ""] = redactedAddress(response.url()).split(/[?#]/, 1);
  const line = `${response.request().method()} ${path}: ${response.status()}`;
  return location === undefined ? line : `${line}, Location: ${redactedAddress(location)}`;
}
