/** What is known of an OpenID Provider: `--expect FILE`. What is as expected does not fail a run; what is new does, and
 * so does an entry that no longer holds. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CannotRun } from "#lib/cli/errors.ts";
import { type Check, type CheckResult, type CookieMode, cookieModes, modesOf, verdicts } from "./check.ts";

const fields = "verdict, reason and matches";

const expectation = z.strictObject(
  {
    verdict: z.enum(verdicts, `must be one of ${verdicts.join(", ")}`),
    reason: z.string("must say why").trim().min(1, "must say why, with a link or a clause"),
    /** Part of the reason that the check gives: with another one it is another result. */
    matches: z.string("must be a part of the reason").min(1, "must be a part of the reason").optional(),
  },
  {
    error: ({ code, keys }) =>
      code === "unrecognized_keys" ? `has ${fields}, not ${keys?.join(", ")}` : undefined,
  },
);
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
 * @param known the catalogue
 * @param tried the ways to treat third-party cookies that the run tries
 * @throws {CannotRun} with a line for each entry that is wrong */
export function readExpectations(
  path: string,
  known: readonly Pick<Check, "id" | "eachCookieMode" | "last">[],
  tried: readonly CookieMode[],
): Expectations {
  const parsed = file.safeParse(parse(path));
  if (!parsed.success) throw new CannotRun(`--expect ${path}: it ${parsed.error.issues[0]?.message}.`);
  const wrong: string[] = [];
  const entries = Object.entries(parsed.data).flatMap(([id, value]) => {
    const check = known.find((each) => each.id === id);
    if (!check) wrong.push(`${id}: there is no such check`);
    // A way that this run leaves out is no mistake: another run may try it.
    const possible = check ? modesOf(check, [...tried, ...cookieModes]) : cookieModes;
    const named = cookieModes.filter((mode) => mode in value);
    const idle = named.filter((mode) => !possible.includes(mode));
    wrong.push(
      ...idle.map(
        (mode) => `${id}.${mode}: ${id} runs once, with ${possible[0]}: name no way to treat cookies`,
      ),
    );
    const kind = named.length > 0 ? modes : expectation;
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

/** Whether it came out as expected: with that verdict, and for the reason that is known where the entry has `matches`. A
 * check that the suite gave up has shown nothing, so nothing is expected of it. */
export const isAsExpected = ({ verdict, reason, gaveUp, expected }: CheckResult): boolean =>
  expected?.verdict === verdict && !gaveUp && reason.includes(expected.matches ?? "");

/** Failures that nobody expected; an expected one that fails for another reason is one. */
export const isUnexpected = (result: CheckResult): boolean =>
  result.verdict === "fail" && (result.expected?.verdict ?? "fail") === "fail" && !isAsExpected(result);

/** Results of which something else was expected: the entry has to be corrected, or the OP. */
export const isStale = (result: CheckResult): boolean =>
  result.expected !== undefined && !isAsExpected(result) && !isUnexpected(result);

/** What the expectations make of a run, a line for each thing to do; none where all is as expected. */
export function surprises(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) => {
    const { id, cookieMode, verdict, reason, expected } = result;
    const where = cookieMode === "cookies-allowed" ? id : `${id} with ${cookieMode}`;
    if (isUnexpected(result)) return [`${where} failed, ${unlikeExpected(result)}: ${reason}`];
    if (!expected || !isStale(result)) return [];
    const is = expected.verdict === verdict ? `with ${expected.matches} in its reason` : `and is ${verdict}`;
    return [`${where} was expected to be ${expected.verdict} ${is}: correct the expectation, or the OP.`];
  });
}

/** How a failure differs from what is known. */
function unlikeExpected({ expected, gaveUp }: CheckResult): string {
  if (!expected) return "which nobody expected";
  return gaveUp
    ? "not as expected, for the suite could not carry it through"
    : `but not for the expected reason (${expected.matches})`;
}
