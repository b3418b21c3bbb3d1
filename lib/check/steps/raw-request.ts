/** Logout requests sent directly: with the browser's cookies, but without following redirects. */
import type { BrowserContext } from "@playwright/test";
import type { CheckReport } from "../evidence/check-report.ts";
import { type Parameters, pairsOf } from "../evidence/evidence.ts";
import type { Trial } from "../run/trial.ts";

/** Longest wait for the OP's answer, in milliseconds. */
const patience = 10_000;

export interface RawAnswer {
  /** 0 if the OP hung up or did not answer. */
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Skips the check if discovery has none. */
export function endSessionEndpoint(trial: Trial): string {
  return (
    trial.metadata.end_session_endpoint ??
    trial.report.skip("The discovery document has no end_session_endpoint.")
  );
}

/** The URL of a logout request by GET; a list of parameters may repeat one. */
export function endSessionUrl(trial: Trial, parameters: Parameters): string {
  const url = new URL(endSessionEndpoint(trial));
  for (const [name, value] of pairsOf(parameters)) {
    url.searchParams.append(name, value);
  }
  return url.href;
}

/** Sends one request with the cookies of this browser. Never throws: without an answer the status is 0. */
export async function sendRaw(
  browser: BrowserContext,
  url: string,
  { method = "GET", form }: { method?: "GET" | "POST"; form?: Record<string, string> } = {},
): Promise<RawAnswer> {
  try {
    const response = await browser.request.fetch(url, {
      method,
      ...(form && { form }),
      maxRedirects: 0,
      timeout: patience,
      failOnStatusCode: false,
    });
    return { status: response.status(), headers: response.headers(), body: await response.text() };
  } catch {
    return { status: 0, headers: {}, body: "" };
  }
}

/** Whatever the request was, the OP must answer, and not with a server error: RIL 4 only says that nothing may happen. */
export function requireAnswer(report: CheckReport, what: string, { status }: RawAnswer): void {
  report.require(status > 0, `${what}: the OP hangs up or does not answer for ${patience / 1000} s.`);
  report.advise(status < 500, `${what}: HTTP ${status}.`);
}

/** A client error without any redirect. */
export const isPlainRefusal = ({ status, headers }: RawAnswer): boolean =>
  status >= 400 && status < 500 && headers.location === undefined && headers.refresh === undefined;
