/** The end of `npm test`: every stage with its time, what failed in it, then one line with the counts. */
import { stripVTControlCharacters } from "node:util";
import type { Counts, Failure } from "./counts.ts";

export interface StageResult {
  name: string;
  seconds: number;
  /** `left out`: this machine lacks a component and cannot install it. */
  outcome: "ok" | "failed" | "left out";
  /** Of a stage that runs tests. */
  counts?: Counts | undefined;
}

/** Characters of a message; the whole message is in the output of its stage. */
const longestReason = 300;

export interface Summary {
  lines: string[];
  ok: boolean;
}

/** Adds up the stages. A stage that failed outside any test (lint, a broken runner) counts as one failure. */
export function summarize(results: StageResult[]): Summary {
  const counted = results.map(({ outcome, counts }): Counts => {
    const { failed, ...others } = counts ?? { passed: 0, failed: 0, skipped: 0, failures: [] };
    return { ...others, failed: outcome === "failed" ? Math.max(failed, 1) : failed };
  });
  const sum = (key: "passed" | "failed" | "skipped") => counted.reduce((total, each) => total + each[key], 0);
  const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
  const width = Math.max(...results.map(({ name }) => name.length));
  return {
    lines: [
      ...results.flatMap(({ name, outcome, seconds, counts }) => [
        `${name.padEnd(width)}  ${outcome.padEnd(8)}  ${seconds.toFixed(1)} s`,
        ...(counts?.failures ?? []).flatMap(describe),
      ]),
      `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
    ],
    ok: failed === 0,
  };
}

function describe({ name, why }: Failure): string[] {
  const line = stripVTControlCharacters(why ?? "")
    .replace(/\s+/g, " ")
    .trim();
  return [
    `  ✖ ${name}`,
    ...(line ? [`      ${line.length > longestReason ? `${line.slice(0, longestReason)}…` : line}`] : []),
  ];
}
