/** Known results of an OpenID Provider, from `--expect FILE`. A result as expected does not fail a run; a new failure does,
 * and so does an expectation that no longer holds. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CannotRun } from "#lib/cli/errors.ts";
import {
  type CheckInfo,
  type CheckResult,
  type CookieMode,
  cookieModes,
  type Expectation,
  modesOf,
  verdicts,
} from "./check.ts";

const fields = "verdict, reason and matches";

const expectation: z.ZodType<Expectation> = z.strictObject(
  {
    verdict: z.enum(verdicts, `must be one of ${verdicts.join(", ")}`),
    reason: z.string("must say why").trim().min(1, "must say why, with a link or a clause"),
    matches: z.string("must be a part of the reason").min(1, "must be a part of the reason").optional(),
  },
  {
    error: ({ code, keys }) =>
      code === "unrecognized_keys" ? `has ${fields}, not ${keys?.join(", ")}` : undefined,
  },
);

/** One for both cookie modes, or one for each. */
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
 * @param tried cookie modes of the run
 * @throws {CannotRun} with a line for each wrong entry */
export function readExpectations(
  path: string,
  known: readonly Pick<CheckInfo, "id" | "eachCookieMode" | "last">[],
  tried: readonly CookieMode[],
): Expectations {
  const parsed = file.safeParse(parse(path));
  if (!parsed.success) throw new CannotRun(`--expect ${path}: it ${parsed.error.issues[0]?.message}.`);
  const wrong: string[] = [];
  const entries = Object.entries(parsed.data).flatMap(([id, value]) => {
    const check = known.find((each) => each.id === id);
    if (!check) wrong.push(`${id}: unknown check`);
    // A mode that this run skips is no mistake: another run may use it.
    const possible = check ? modesOf(check, [...tried, ...cookieModes]) : cookieModes;
    const named = cookieModes.filter((mode) => mode in value);
    const idle = named.filter((mode) => !possible.includes(mode));
    wrong.push(
      ...idle.map((mode) => `${id}.${mode}: ${id} runs only with ${possible[0]}: remove the cookie mode`),
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

/** The result with its expectation, if there is one. */
export function withExpectation(result: CheckResult, expectations: Expectations): CheckResult {
  const entry = Object.hasOwn(expectations, result.id) ? expectations[result.id] : undefined;
  const expected = entry && ("verdict" in entry ? entry : entry[result.cookieMode]);
  return expected ? { ...result, expected: expected as Expectation } : result;
}

/** Whether the verdict is the expected one and, if the entry has `matches`, for the known reason. A check that the suite
 * gave up has shown nothing, so it is never as expected. */
export const isAsExpected = ({ verdict, reason, gaveUp, expected }: CheckResult): boolean =>
  expected?.verdict === verdict && !gaveUp && reason.includes(expected.matches ?? "");

/** An unexpected failure: none was expected, or one for another reason. */
export const isUnexpected = (result: CheckResult): boolean =>
  result.verdict === "fail" && (result.expected?.verdict ?? "fail") === "fail" && !isAsExpected(result);

/** Any other result that differs from its expectation: the entry has to be corrected, or the OP. */
export const isStale = (result: CheckResult): boolean =>
  result.expected !== undefined && !isAsExpected(result) && !isUnexpected(result);

/** A line for each result that is not as expected. */
export function surprises(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) => {
    const { id, cookieMode, verdict, reason, expected } = result;
    const where = cookieMode === "cookies-allowed" ? id : `${id} with ${cookieMode}`;
    if (isUnexpected(result)) return [`${where} failed ${howUnexpected(result)}: ${reason}`];
    if (!expected || !isStale(result)) return [];
    const is = expected.verdict === verdict ? `with ${expected.matches} in its reason` : `and is ${verdict}`;
    return [`${where} was expected to be ${expected.verdict} ${is}: correct the expectation, or the OP.`];
  });
}

function howUnexpected({ expected, gaveUp }: CheckResult): string {
  if (!expected) return "unexpectedly";
  return gaveUp
    ? "because the suite could not finish it"
    : `for another reason than the expected one (${expected.matches})`;
}
