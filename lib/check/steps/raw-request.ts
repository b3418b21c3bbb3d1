/** A logout request that is sent as it stands, with the browser's cookies but without following where it leads. */
import type { BrowserContext } from "@playwright/test";
import { type Parameters, pairsOf } from "../evidence/evidence.ts";
import type { Trial } from "../run/trial.ts";

/** Longest wait for the OP's answer, in milliseconds. */
const patience = 10_000;

export interface RawAnswer {
  /** 0 where the OP hung up or said nothing. */
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The logout endpoint, or the end of the check. */
export function endSessionEndpoint(trial: Trial): string {
  return (
    trial.metadata.end_session_endpoint ??
    trial.report.skip("The discovery document names no end_session_endpoint.")
  );
}

/** The URL of a logout request by GET; a list may say a parameter twice. */
export function endSessionUrl(trial: Trial, parameters: Parameters): string {
  const url = new URL(endSessionEndpoint(trial));
  for (const [name, value] of pairsOf(parameters)) {
    url.searchParams.append(name, value);
  }
  return url.href;
}

/** Sends it. */
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

/** What is wrong with an answer whatever was asked: the OP broke over it. Undefined where nothing is. */
export function brokenBy({ status }: RawAnswer): string | undefined {
  if (status === 0) return `the OP hangs up, or says nothing for ${patience / 1000} s`;
  return status >= 500 ? `HTTP ${status}` : undefined;
}

/** An error that leads nowhere: there is nothing for a browser to follow. */
export const isPlainRefusal = ({ status, headers }: RawAnswer): boolean =>
  status >= 400 && status < 500 && headers.location === undefined && headers.refresh === undefined;
