/** One row of the catalogue: what is checked, and how. */
import type { CheckInfo, CheckResult } from "../model/check.ts";
import type { Trial } from "./trial.ts";

export interface Check extends CheckInfo {
  /** Passes by returning; reports everything else through the trial.
   * @param results of the checks that have ended; complete for a check with `last` */
  run: (trial: Trial, results: readonly CheckResult[]) => Promise<void>;
}
