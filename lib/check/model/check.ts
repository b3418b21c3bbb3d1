/** What the suite is made of: checks, what each needs, and what comes out. */

import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Trial } from "../run/trial.ts";
import type { Expectation } from "./expectations.ts";

export const severities = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof severities)[number];

/** `skip`: not tried, or not provable here, and the reason says why. Never a pass. */
export const verdicts = ["fail", "warn", "pass", "info", "skip"] as const;
export type Verdict = (typeof verdicts)[number];

/** How the browser treats third-party cookies. */
export const cookieModes = ["cookies-allowed", "cookies-blocked"] as const;
export type CookieMode = (typeof cookieModes)[number];

/** One row of the catalogue. */
export interface Check {
  /** As in the catalogue, for example `R-01`. */
  id: string;
  title: string;
  /** The sentence of a specification that asks for it, for example `RIL 2`. */
  clause: string;
  severity: Severity;
  /** Without them the check is skipped, with the missing one as the reason. */
  needs: readonly Capability[];
  /** Its outcome depends on third-party cookies, so it runs in both modes; the others run in the first one only. */
  eachCookieMode?: true;
  /** It ends sessions of others, or counts what all send: nothing may run beside it. */
  alone?: true;
  /** It judges what the others have seen, so it runs once they have all ended. */
  last?: true;
  /** Passes by returning; everything else is said through the trial.
   * @param results of the checks that have ended; complete for one that runs `last` */
  run: (trial: Trial, results: readonly CheckResult[]) => Promise<void>;
}

/** In which of the ways to treat third-party cookies a check runs: in the first alone where it does not depend on them, or
 * judges what others have seen. */
export const modesOf = (
  { eachCookieMode, last }: Pick<Check, "eachCookieMode" | "last">,
  tried: readonly CookieMode[],
): readonly CookieMode[] => (eachCookieMode && !last ? tried : tried.slice(0, 1));

/** What an engineer pastes into a bug report. Tokens and secrets are shortened before they get here. */
export interface Evidence {
  /** Milliseconds since the run began. */
  at: number;
  what: string;
  detail: Record<string, unknown> | string;
}

export interface CheckResult {
  id: string;
  title: string;
  clause: string;
  severity: Severity;
  cookieMode: CookieMode;
  verdict: Verdict;
  /** Why it is not a pass, or what was measured; empty for a plain pass. */
  reason: string;
  /** The suite could not carry it through: something was in the way, or took too long. Nothing is known of the clause. */
  gaveUp?: true;
  /** From `--expect`. */
  expected?: Expectation;
  evidence: Evidence[];
  /** How to see it again by hand, where a request is enough. */
  curl?: string;
  durationMs: number;
}
