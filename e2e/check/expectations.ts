/** What is known of an OpenID Provider: `--expect FILE`. What is as expected does not fail a run; what is new does, and
 * so does an entry that no longer holds. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type CheckResult, type CookieMode, cookieModes, verdicts } from "./check.ts";
import { CannotRun } from "./world.ts";

const expectation = z.strictObject({
  verdict: z.enum(verdicts, `must be one of ${verdicts.join(", ")}`),
  reason: z.string("must say why").trim().min(1, "must say why, with a link or a clause"),
});
export type Expectation = z.infer<typeof expectation>;

/** One for both ways to treat third-party cookies, or one for each. */
type Entry = Expectation | Partial<Record<CookieMode, Expectation>>;
export type Expectations = Readonly<Record<string, Entry>>;

const modes = z.strictObject(
  Object.fromEntries(cookieModes.map((mode) => [mode, expectation.optional()])) as Record<
    CookieMode,
    z.ZodOptional<typeof expectation>
  >,
);
const file = z.record(
  z.string(),
  z.record(z.string(), z.unknown(), "must be an object"),
  "must be an object",
);

/** Reads the file.
 * @param known the ids of the catalogue
 * @throws {CannotRun} with a line for each entry that is wrong */
export function readExpectations(path: string, known: readonly string[]): Expectations {
  const parsed = file.safeParse(parse(path));
  if (!parsed.success) throw new CannotRun(`--expect ${path}: it ${parsed.error.issues[0]?.message}.`);
  const wrong: string[] = [];
  const entries = Object.entries(parsed.data).flatMap(([id, value]) => {
    if (!known.includes(id)) wrong.push(`${id}: there is no such check`);
    const kind = cookieModes.some((mode) => mode in value) ? modes : expectation;
    const entry = kind.safeParse(value);
    if (entry.success) return [[id, entry.data] as const];
    wrong.push(...entry.error.issues.map((issue) => `${[id, ...issue.path].join(".")}: ${issue.message}`));
    return [];
  });
  if (wrong.length > 0) throw new CannotRun(wrong.map((line) => `--expect ${path}: ${line}.`).join("\n"));
  return Object.fromEntries(entries) as Expectations;
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CannotRun(`--expect ${path} cannot be read: ${(error as Error).message.replace(/\s+/g, " ")}.`);
  }
}

/** The result beside what was expected of it, if anything. */
export function withExpectation(result: CheckResult, expectations: Expectations): CheckResult {
  const entry = Object.hasOwn(expectations, result.id) ? expectations[result.id] : undefined;
  const expected = entry && ("verdict" in entry ? entry : entry[result.cookieMode]);
  return expected ? { ...result, expected: expected as Expectation } : result;
}

/** Failures that nobody expected. */
export const isUnexpected = ({ verdict, expected }: CheckResult): boolean => verdict === "fail" && !expected;

/** Results of which something else was expected: the entry has to be corrected, or the OP. */
export const isStale = ({ verdict, expected }: CheckResult): boolean =>
  expected !== undefined && expected.verdict !== verdict;

/** What the expectations make of a run, a line for each thing to do; none where all is as expected. */
export function surprises(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) => {
    const { id, cookieMode, verdict, expected } = result;
    const where = cookieMode === "cookies-allowed" ? id : `${id} with ${cookieMode}`;
    if (isUnexpected(result)) return [`${where} failed, which nobody expected: ${result.reason}`];
    if (!expected || !isStale(result)) return [];
    return [
      `${where} was expected to be ${expected.verdict} and is ${verdict}: correct the expectation, or the OP.`,
    ];
  });
}
