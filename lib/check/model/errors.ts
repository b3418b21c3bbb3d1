/** The errors that end a check. */
import type { Verdict } from "./check.ts";

/** Ends a check with its verdict and the reason for it. */
export class CheckEnded extends Error {
  override readonly name = "CheckEnded";
  readonly verdict: Verdict;

  constructor(verdict: Verdict, reason: string) {
    super(reason);
    this.verdict = verdict;
  }
}

/** A check took longer than any check may. */
export class CheckTimedOut extends Error {
  override readonly name = "CheckTimedOut";
}
