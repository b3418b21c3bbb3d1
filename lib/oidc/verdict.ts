/** The result of one check of a message. */
import { foreignText } from "#lib/net/foreign-text.ts";

export interface Verdict {
  check: string;
  /** The specification and section that asks for it. */
  clause: string;
  result: "ok" | "failed" | "warning" | "skipped";
  expected?: string;
  actual?: string;
}

/** One short line for any value of another server or browser. */
export const show = foreignText;
