/** The checks that only a browser can make; this runs in one. */
import { type Finding, finding, quoted } from "../finding.ts";
import { comparison, offsetOf, secondsBetween, setBothClocks, unnoticed } from "./clock-offset.ts";
import { differenceOf } from "./issuer.ts";

export interface BrowserCase {
  issuer: string;
  /** Whether the server, too, gets the document of another issuer: then that is no news. */
  otherIssuer: boolean;
  discoveryUrl: string;
  /** Something of this app's server that no cache keeps. */
  health: string;
}

const patience = () => AbortSignal.timeout(5000);

/** What stands there until a script has looked, and for good where there is none. */
export const notLookedYet: readonly Finding[] = [
  finding("discovery-browser", "unknown", "A script in this page has to ask; none has so far."),
  finding("clock-browser", "unknown", "A script in this page has to ask; none has so far."),
];

export const examineFromBrowser = (patient: BrowserCase): Promise<Finding[]> =>
  Promise.all([examineDiscovery(patient), examineClock(patient)]);

async function examineDiscovery({ issuer, otherIssuer, discoveryUrl }: BrowserCase): Promise<Finding> {
  const found = (result: Finding["result"], text: string, todo?: string) =>
    finding("discovery-browser", result, text, todo);
  try {
    const answer = await fetch(discoveryUrl, { credentials: "omit", cache: "no-store", signal: patience() });
    if (!answer.ok)
      return found(
        "problem",
        `To this browser ${discoveryUrl} answers HTTP ${answer.status}.`,
        "Another server may have that name for the browser than for the app: compare the two.",
      );
    const { issuer: declared } = Object(await answer.json()) as { issuer?: unknown };
    if (declared === issuer) return found("ok", "This browser gets the same document.");
    if (otherIssuer)
      return found("ok", `This browser gets a document as well, of ${quoted(String(declared))}.`);
    return found(
      "problem",
      `This browser gets the document of ${quoted(String(declared))}: ${differenceOf(issuer, String(declared))}.`,
      "Another server may have that name for the browser than for the app: compare the two.",
    );
  } catch {
    return (await isThere(discoveryUrl))
      ? found(
          "unknown",
          "Something answers this browser there; the OpenID Provider's CORS policy keeps scripts from reading it.",
          "Nothing: the apps never read it in a browser.",
        )
      : found(
          "problem",
          `This browser gets no answer from ${new URL(discoveryUrl).origin}.`,
          "Open that address in a tab: its name may not resolve here, its certificate not be trusted, or the page be on https and the OpenID Provider on http.",
        );
  }
}

/** An answer that may not be read is an answer nevertheless. */
const isThere = (url: string): Promise<boolean> =>
  fetch(url, { mode: "no-cors", credentials: "omit", cache: "no-store", signal: patience() }).then(
    () => true,
    () => false,
  );

async function examineClock({ health }: BrowserCase): Promise<Finding> {
  try {
    const sentAt = Date.now();
    const answer = await fetch(health, { cache: "no-store", signal: patience() });
    const offset = offsetOf(answer.headers.get("date"), sentAt, Date.now());
    if (!offset) return finding("clock-browser", "unknown", "This app's answer carries no Date.");
    const seconds = -secondsBetween(offset);
    const found = comparison(seconds, "This browser's clock", "the app's server's");
    return Math.abs(seconds) > unnoticed
      ? finding("clock-browser", "warning", found, setBothClocks)
      : finding("clock-browser", "ok", found);
  } catch {
    return finding("clock-browser", "unknown", "This app did not answer.");
  }
}
