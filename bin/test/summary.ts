/** The end of `npm test`: every stage with its time, then one line with the counts. */
import type { Counts } from "./counts.ts";

export interface StageResult {
  name: string;
  seconds: number;
  /** `left out`: a component is missing that this machine cannot bring. */
  outcome: "ok" | "failed" | "left out";
  /** Of a stage that runs tests. */
  counts?: Counts | undefined;
}

export interface Summary {
  lines: string[];
  ok: boolean;
}

/** Adds up the stages. A stage that failed outside of any test (lint, a runner that broke) counts as one failure. */
export function summarize(results: StageResult[]): Summary {
  const counted = results.map(({ outcome, counts }): Counts => {
    const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
    return { passed, failed: outcome === "failed" ? Math.max(failed, 1) : failed, skipped };
  });
  const sum = (key: keyof Counts) => counted.reduce((total, each) => total + each[key], 0);
  const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
  const width = Math.max(...results.map(({ name }) => name.length));
  return {
    lines: [
      ...results.map(
        ({ name, outcome, seconds }) =>
          `${name.padEnd(width)}  ${outcome.padEnd(8)}  ${seconds.toFixed(1)} s`,
      ),
      `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
    ],
    ok: failed === 0,
  };
}
