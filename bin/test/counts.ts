/** How many tests passed, from what the runners themselves wrote for machines. */
import { readFileSync } from "node:fs";
import { z } from "zod";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const nodeCounts = z.object({
  passed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  skipped: z.number(),
  todo: z.number(),
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

/** What count-reporter.mjs wrote; nothing where the runner did not get that far. */
export function readNodeCounts(file: string): Counts | undefined {
  const counts = nodeCounts.safeParse(readJson(file)).data;
  return (
    counts && {
      passed: counts.passed,
      failed: counts.failed + counts.cancelled,
      skipped: counts.skipped + counts.todo,
    }
  );
}

/** Playwright's JSON report. */
export function readPlaywrightCounts(file: string): Counts | undefined {
  const stats = playwrightReport.safeParse(readJson(file)).data?.stats;
  return stats && { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
}

const checkReport = z.object({
  checks: z.array(z.object({ verdict: z.string(), expected: z.object({ verdict: z.string() }).optional() })),
});

/** A report of the regression suite: what is as expected has passed. */
export function readCheckCounts(file: string): Counts | undefined {
  const checks = checkReport.safeParse(readJson(file)).data?.checks;
  if (!checks) return undefined;
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { verdict, expected } of checks) {
    const surprising = expected ? expected.verdict !== verdict : verdict === "fail";
    counts[surprising ? "failed" : verdict === "skip" ? "skipped" : "passed"] += 1;
  }
  return counts;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined; // the caller treats a missing result as a failure
  }
}
