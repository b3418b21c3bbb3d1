/** How many tests passed, from the runners' machine-readable reports. */
import { readFileSync } from "node:fs";
import { z } from "zod";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** In the order of the runner. */
  failures: Failure[];
}

const failure = z.object({ name: z.string(), why: z.string().optional() });

/** A test that failed, and its error's message where the runner gave one. */
export type Failure = z.infer<typeof failure>;

const nodeResult = z.object({
  counts: z.object({
    passed: z.number(),
    failed: z.number(),
    cancelled: z.number(),
    skipped: z.number(),
    todo: z.number(),
  }),
  failures: z.array(failure),
});

const playwrightTest = z.object({
  results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
});

const playwrightSuite = z.object({
  title: z.string(),
  specs: z.array(z.object({ title: z.string(), ok: z.boolean(), tests: z.array(playwrightTest) })),
  get suites() {
    return z.array(playwrightSuite).optional();
  },
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  suites: z.array(playwrightSuite),
});

/** The report of count-reporter.mjs; undefined if the runner did not get that far. */
export function readNodeCounts(file: string): Counts | undefined {
  const result = nodeResult.safeParse(readJson(file)).data;
  if (!result) return undefined;
  const { passed, failed, cancelled, skipped, todo } = result.counts;
  return { passed, failed: failed + cancelled, skipped: skipped + todo, failures: result.failures };
}

/** Playwright's JSON report. */
export function readPlaywrightCounts(file: string): Counts | undefined {
  const report = playwrightReport.safeParse(readJson(file)).data;
  if (!report) return undefined;
  const { expected, flaky, unexpected, skipped } = report.stats;
  const failures = report.suites.flatMap((suite) => failuresIn(suite));
  return { passed: expected + flaky, failed: unexpected, skipped, failures };
}

const failuresIn = ({ title, specs, suites = [] }: z.infer<typeof playwrightSuite>): Failure[] => {
  const own = specs
    .filter(({ ok }) => !ok)
    .map((spec) => ({
      name: spec.title,
      why: spec.tests.flatMap(({ results }) => results.map(({ error }) => error?.message)).find(Boolean),
    }));
  return [...own, ...suites.flatMap(failuresIn)].map(({ name, why }) => ({
    name: `${title} › ${name}`,
    why,
  }));
};

const checkReport = z.object({
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      verdict: z.string(),
      reason: z.string().optional(),
      expected: z.object({ verdict: z.string() }).optional(),
    }),
  ),
});

/** A report of the regression suite: a check with its expected verdict has passed.
 * @param surprises verdicts that are unexpected of a check without an expectation */
export function readCheckCounts(file: string, surprises: readonly string[] = ["fail"]): Counts | undefined {
  const checks = checkReport.safeParse(readJson(file)).data?.checks;
  if (!checks) return undefined;
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { id, title, verdict, reason, expected } of checks) {
    const surprising = expected ? expected.verdict !== verdict : surprises.includes(verdict);
    if (surprising) counts.failures.push({ name: `${id} ${title}: ${verdict}`, why: reason });
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
