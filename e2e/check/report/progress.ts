/** What a terminal shows while the checks run: every verdict, and how many are left. */
import type { CheckResult, Verdict } from "../check.ts";

const marks: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", warn: "!", info: "i", skip: "-" };

/** One line for a check that has ended. */
export function progressLine(result: CheckResult, left: number, startedAt: number): string {
  const { id, title, verdict, reason, cookieMode } = result;
  const mode = cookieMode === "cookies-blocked" ? " [third-party cookies blocked]" : "";
  const elapsed = Math.round((performance.now() - startedAt) / 1000);
  const known = result.expected?.verdict === verdict ? `\n      As expected: ${result.expected.reason}` : "";
  const more = (reason ? `\n      ${reason}` : "") + known;
  return `${marks[verdict]} ${verdict.padEnd(4)} ${id} ${title}${mode} (${left} left, ${elapsed} s)${more}`;
}

/** The counts of a run, worst first. */
export function countsOf(results: readonly Pick<CheckResult, "verdict">[]): string {
  const order: Verdict[] = ["fail", "warn", "pass", "info", "skip"];
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  return order.map((verdict) => `${count(verdict)} ${verdict}`).join(", ");
}
