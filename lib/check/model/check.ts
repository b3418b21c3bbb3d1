/** What the suite consists of: checks, what each needs, and their results. */
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { VerdictResult } from "#lib/oidc/verdict.ts";

export const severities = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof severities)[number];

/** `skip`: not tested, or not provable here; the reason says why. Never a pass. */
export type Verdict = VerdictResult | "info";
export const verdicts: readonly Verdict[] = ["fail", "warn", "pass", "info", "skip"];

/** How the browser treats third-party cookies. */
export const cookieModes = ["cookies-allowed", "cookies-blocked"] as const;
export type CookieMode = (typeof cookieModes)[number];

/** A row of the catalogue without its code. */
export interface CheckInfo {
  /** As in the catalogue, for example `R-01`. */
  id: string;
  title: string;
  /** The clause of the specification that requires it, for example `RIL 2`. */
  clause: string;
  severity: Severity;
  /** The check is skipped if the OP lacks one of these; the reason names it. */
  needs: readonly Capability[];
  /** Its outcome depends on third-party cookies, so it runs in both modes; the others run in the first mode only. */
  eachCookieMode?: true;
  /** It ends sessions of other checks or counts all requests, so no other check may run at the same time. */
  alone?: true;
  /** It judges the results of the others, so it runs after all of them. */
  last?: true;
}

/** The cookie modes in which a check runs: only the first one, unless it depends on third-party cookies and does not run
 * `last`. */
export const modesOf = (
  { eachCookieMode, last }: Pick<CheckInfo, "eachCookieMode" | "last">,
  tried: readonly CookieMode[],
): readonly CookieMode[] => (eachCookieMode && !last ? tried : tried.slice(0, 1));

/** What an engineer pastes into a bug report. Tokens and secrets have been redacted before. */
export interface Evidence {
  /** Milliseconds since the run began. */
  at: number;
  what: string;
  detail: Record<string, unknown> | string;
}

/** What is known of a check at an OP, from `--expect`. */
export interface Expectation {
  verdict: Verdict;
  /** Why, with a link or a clause. */
  reason: string;
  /** Part of the check's reason: with another reason it is another result. */
  matches?: string | undefined;
}

export interface CheckResult extends Pick<CheckInfo, "id" | "title" | "clause" | "severity"> {
  cookieMode: CookieMode;
  verdict: Verdict;
  /** Why it is not a pass, or what was measured; empty for a plain pass. */
  reason: string;
  /** The suite could not finish the check: it was blocked or took too long. Nothing is known about the clause. */
  gaveUp?: true;
  expected?: Expectation;
  evidence: Evidence[];
  /** Reproduces it by hand, if one request is enough. */
  curl?: string;
  durationMs: number;
}
