/** The result of one check, in the words that apps, pages and the regression suite share. */
import { foreignText } from "#lib/net/foreign-text.ts";

export type VerdictResult = "pass" | "fail" | "warn" | "skip";

export interface Verdict {
  check: string;
  /** The specification and section that asks for it. */
  clause: string;
  result: VerdictResult;
  expected?: string;
  actual?: string;
}

/** One short line for any value of another server or browser. */
export const show = foreignText;
