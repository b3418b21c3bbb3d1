/** The order of the results in reports, and their summary. */
import { type CheckResult, severities } from "../model/check.ts";
import { isAsExpected, isStale, isUnexpected } from "../model/expectations.ts";
import type { Report } from "./report.ts";

export interface Section {
  /** For links and style. */
  name: "surprises" | "failures" | "warnings" | "rest";
  title: string;
  checks: CheckResult[];
}

/** The most urgent first: surprises, known failures, warnings, the rest. Omits empty sections. */
export function sectionsOf({ checks }: Report): Section[] {
  const surprises = checks.filter((each) => isUnexpected(each) || isStale(each));
  const others = checks.filter((each) => !surprises.includes(each));
  const of = (...verdicts: string[]) => others.filter(({ verdict }) => verdicts.includes(verdict));
  const title = surprises.some(isStale) ? "Not as expected" : "Failures";
  const sections: Section[] = [
    { name: "surprises", title, checks: bySeverity(surprises) },
    { name: "failures", title: "Expected failures", checks: bySeverity(of("fail")) },
    { name: "warnings", title: "Warnings", checks: bySeverity(of("warn")) },
    { name: "rest", title: "Other results", checks: of("pass", "info", "skip") },
  ];
  return sections.filter((section) => section.checks.length > 0);
}

const bySeverity = (checks: readonly CheckResult[]): CheckResult[] =>
  checks.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));

interface Outcome {
  good: boolean;
  text: string;
}

/** The result of the run in one sentence. */
export function outcomeOf({ checks, interrupted }: Report): Outcome {
  const failures = checks.filter(isUnexpected).length;
  const stale = checks.filter(isStale).length;
  const known = checks.filter((each) => each.verdict === "fail" && isAsExpected(each)).length;
  const parts = [
    failures > 0 && count(failures, "failure"),
    stale > 0 && `${count(stale, "expectation")} out of date`,
    known > 0 && `${count(known, "expected failure")}`,
  ].filter((part) => part !== false);
  const good = failures + stale === 0 && !interrupted;
  if (interrupted) {
    const found = parts.length > 0 ? parts.join(", ") : "nothing failed until then";
    return { good, text: `Interrupted after ${count(checks.length, "result")}: ${found}` };
  }
  if (parts.length === 0) return { good, text: "Nothing failed" };
  return { good, text: good ? `Nothing unexpected; ${parts.join(", ")}` : parts.join(", ") };
}

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? "" : "s"}`;

/** How a result compares with its expectation; empty without one. */
export function expectationOf(result: CheckResult): string {
  const { expected, verdict, gaveUp } = result;
  if (!expected) return "";
  const { reason, matches } = expected;
  if (isAsExpected(result)) return `As expected: ${reason}`;
  if (expected.verdict === verdict) {
    const why = gaveUp ? "the suite could not finish the check" : `the reason lacks “${matches}”`;
    return `${verdict} was expected (${reason}), but ${why}: this is a different result.`;
  }
  return `${expected.verdict} was expected (${reason}): correct the expectation, or the OpenID Provider.`;
}
