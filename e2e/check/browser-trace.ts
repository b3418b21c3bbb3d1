/** What a browser does by itself: where its pages go, what came back, and which scripts spoke up. */
import type { BrowserContext, Request, Response } from "@playwright/test";

export interface BrowserTrace {
  /** Documents that a page itself asked for, redirects included; frames are left out. */
  navigations: Request[];
  /** All that was asked for, in frames and for the parts of pages too. */
  requests: Request[];
  responses: Response[];
  /** Texts of dialogs: only a script that was smuggled in opens one. */
  dialogs: string[];
}

/** Watches from now on. */
export function traceOf(browser: BrowserContext): BrowserTrace {
  const trace: BrowserTrace = { navigations: [], requests: [], responses: [], dialogs: [] };
  const isOfPage = (request: Request) => request.isNavigationRequest() && !request.frame().parentFrame();
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
