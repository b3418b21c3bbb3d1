/** The checks that only a browser can make. Runs in the browser. */
import { foreignText } from "#lib/net/foreign-text.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import { comparison, offsetOf, secondsBetween, setBothClocks, unnoticed } from "./clock-offset.ts";
import { differenceOf } from "./issuer.ts";

export interface BrowserCase {
  issuer: string;
  /** Whether the server gets another issuer's document, too: then the browser has nothing to add. */
  otherIssuer: boolean;
  discoveryUrl: string;
  /** A URL of this app that is never cached. */
  health: string;
}

const patience = () => AbortSignal.timeout(5000);

/** Shown until the script has run, and permanently without scripts. */
export const notLookedYet: readonly Finding[] = [
  finding("discovery-browser", "unknown", "A script in this page makes this check; it has not run yet."),
  finding("clock-browser", "unknown", "A script in this page makes this check; it has not run yet."),
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
        `${discoveryUrl} answers this browser with HTTP ${answer.status}.`,
        "The name may resolve to another server in the browser than in the app: compare the two.",
      );
    const { issuer: declared } = Object(await answer.json()) as { issuer?: unknown };
    if (declared === issuer) return found("ok", "This browser gets the same document.");
    if (otherIssuer) return found("ok", `This browser also gets the document of ${quoted(declared)}.`);
    return found(
      "problem",
      `This browser gets the document of ${quoted(declared)}: ${differenceOf(issuer, foreignText(declared))}.`,
      "The name may resolve to another server in the browser than in the app: compare the two.",
    );
  } catch {
    return (await isReachable(discoveryUrl))
      ? found(
          "unknown",
          "This browser gets an answer, but the OpenID Provider's CORS policy keeps scripts from reading it.",
          "Nothing: the apps do not read the document in a browser.",
        )
      : found(
          "problem",
          `This browser gets no answer from ${new URL(discoveryUrl).origin}.`,
          "Open that URL in a tab: the name may not resolve, the certificate may not be trusted, or this page may be on https and the OpenID Provider on http.",
        );
  }
}

/** An opaque response also proves that a server answers. */
const isReachable = (url: string): Promise<boolean> =>
  fetch(url, { mode: "no-cors", credentials: "omit", cache: "no-store", signal: patience() }).then(
    () => true,
    () => false,
  );

async function examineClock({ health }: BrowserCase): Promise<Finding> {
  try {
    const sentAt = Date.now();
    const answer = await fetch(health, { cache: "no-store", signal: patience() });
    const offset = offsetOf(answer.headers.get("date"), sentAt, Date.now());
    if (!offset) return finding("clock-browser", "unknown", "This app's response has no Date header.");
    const seconds = -secondsBetween(offset);
    const found = comparison(seconds, "This browser's clock", "the app server's");
    return Math.abs(seconds) > unnoticed
      ? finding("clock-browser", "warning", found, setBothClocks)
      : finding("clock-browser", "ok", found);
  } catch {
    return finding("clock-browser", "unknown", "This app did not answer.");
  }
}
