/** The results for CI: a suite for each family, a case for each check and cookie mode. */
import { detailText } from "#lib/cli/visible.ts";
import { oneLine, visible } from "#lib/net/foreign-text.ts";
import { html } from "#lib/ui/html.ts";
import type { CheckResult } from "../model/check.ts";
import { isStale, isUnexpected } from "../model/expectations.ts";
import { cookieWords, families, familyOf, type Report } from "./report.ts";
import { expectationOf } from "./sections.ts";

/** JUnit XML. Unexpected failures and outdated expectations are failures; an expected failure is skipped with its reason. */
export function junitOf(report: Report): string {
  const { checks, durationMs, interrupted } = report;
  const suites = Object.keys(families)
    .map((family) => ({ family, cases: checks.filter((each) => familyOf(each) === family) }))
    .filter(({ cases }) => cases.length > 0);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${html`<testsuites name="${oneLine(`single logout of ${report.issuer}`)}" tests="${checks.length}" failures="${checks.filter(isRed).length}" errors="${interrupted ? 1 : 0}" time="${seconds(durationMs)}">
${suites.map(({ family, cases }) => suite(family, cases, report))}${interrupted ? endedEarly : ""}</testsuites>
`}`;
}

/** Without it, CI would take the missing checks for passed ones. */
const endedEarly = html`<testsuite name="The run" tests="1" failures="0" errors="1">
<testcase name="Runs to its end" classname="run"><error message="The run was interrupted: the other checks did not run."/></testcase>
</testsuite>
`;

function suite(family: string, cases: readonly CheckResult[], { startedAt, issuer, driver }: Report) {
  const skipped = cases.filter((each) => !isRed(each) && isSkipped(each)).length;
  const time = cases.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return html`<testsuite name="${families[family]}" tests="${cases.length}" failures="${cases.filter(isRed).length}" errors="0" skipped="${skipped}" time="${seconds(time)}" timestamp="${startedAt.slice(0, 19)}">
<properties>
<property name="issuer" value="${oneLine(issuer)}"/>
<property name="driver" value="${oneLine(driver)}"/>
</properties>
${cases.map(testCase)}</testsuite>
`;
}

function testCase(check: CheckResult) {
  const { id, title, verdict, reason, durationMs } = check;
  const mode = cookieWords(check);
  const name = `${id} ${title}${mode ? ` [${mode}]` : ""}`;
  const body = isRed(check)
    ? html`<failure type="${isStale(check) ? "stale-expectation" : check.severity}" message="${messageOf(check)}">${story(check)}</failure>`
    : isSkipped(check)
      ? html`<skipped message="${messageOf(check)}"/>`
      : reason
        ? html`<system-out>${verdict}: ${visible(reason)}</system-out>`
        : "";
  return html`<testcase name="${name}" classname="${id}" time="${seconds(durationMs)}">${body}</testcase>
`;
}

const isRed = (check: CheckResult): boolean => isUnexpected(check) || isStale(check);
const isSkipped = ({ verdict }: CheckResult): boolean => verdict === "skip" || verdict === "fail";

function messageOf(check: CheckResult): string {
  const { verdict, reason } = check;
  const known = expectationOf(check);
  const said = [reason, known].filter(Boolean).join(" ") || verdict;
  return oneLine(verdict === "fail" || isRed(check) ? `${check.clause}: ${said}` : said);
}

/** All that an engineer needs who sees only the CI page. */
function story({ clause, severity, verdict, reason, curl, evidence }: CheckResult) {
  const lines = [
    `Clause: ${clause} (${severity})`,
    `Verdict: ${verdict}`,
    `Observed: ${reason || "as the clause requires"}`,
    ...(curl ? [`By hand: ${curl}`] : []),
    ...evidence.map(({ at, what, detail }) => `+${at} ms ${what}: ${detailText(detail)}`),
  ];
  return visible(lines.join("\n"));
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
