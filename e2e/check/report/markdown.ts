/** The report for a pull request: what needs somebody first, the rest folded. */
import type { CheckResult } from "../check.ts";
import { curlHint } from "../evidence.ts";
import { type Guide, guideOf, sections } from "../guide.ts";
import { countsOf } from "./progress.ts";
import { cookieWords, type Report } from "./report.ts";
import { expectationOf, outcomeOf, type Section, sectionsOf } from "./sections.ts";
import { oneLine, visible } from "./visible.ts";

/** GitHub takes a comment of 65,536 characters. */
const longest = 60_000;

/** GitHub Flavored Markdown. The pages of the checks are left out where it would be too long for a comment. */
export function markdownOf(report: Report): string {
  const full = documentOf(report, true);
  return full.length <= longest ? full : documentOf(report, false);
}

function documentOf(report: Report, guided: boolean): string {
  const { good, text } = outcomeOf(report);
  const minutes = Math.floor(report.durationMs / 60_000);
  const seconds = Math.round((report.durationMs % 60_000) / 1000);
  const blocks = [
    `# ${good ? "✅" : "❌"} Single logout: ${text}`,
    `${md(report.issuer)}, driver ${md(report.driver)}, ${report.startedAt.slice(0, 16).replace("T", " ")} UTC, ${minutes} min ${seconds} s: **${countsOf(report.checks)}**`,
    ...sectionsOf(report).map((section) => sectionOf(section, guided)),
    folded(
      "Capabilities",
      table(["Capability", "Declared", "Configured", "Observed"], capabilityRows(report)),
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function sectionOf({ name, title, checks }: Section, guided: boolean): string {
  const heading = `${title} (${checks.length})`;
  if (name === "surprises") {
    return [`## ${heading}`, ...checks.map((check) => story(check, guided))].join("\n\n");
  }
  const rows = checks.map((check) => [
    check.verdict,
    nameOf(check),
    md(check.clause),
    md([check.reason, expectationOf(check)].filter(Boolean).join(" ")),
  ]);
  return folded(heading, table(["", "Check", "Clause", "Observed"], rows));
}

function story(check: CheckResult, guided: boolean): string {
  const { verdict, clause, severity, reason, curl, id } = check;
  const known = expectationOf(check);
  const guide = guided ? guideOf(id) : undefined;
  const blocks = [
    `### ${nameOf(check)}`,
    `**${verdict}** · ${md(clause)} · ${severity}`,
    reason && md(reason),
    known && md(known),
    curl && fenced(curl, "sh"),
    curl && curlHint(curl),
    guide && folded("What it proves, what a failure means, how to mend it", guideText(guide)),
  ];
  return blocks.filter(Boolean).join("\n\n");
}

const guideText = (guide: Guide): string =>
  (Object.keys(sections) as (keyof Guide)[])
    .map((name) => `**${sections[name]}**\n\n${guide[name]}`)
    .join("\n\n");

function nameOf(check: CheckResult): string {
  const mode = cookieWords(check);
  return `${check.id} ${md(check.title)}${mode ? ` (${mode})` : ""}`;
}

const capabilityRows = ({ capabilities }: Report): string[][] =>
  capabilities.map(({ capability, declared, configured, observed }) => [
    capability,
    ...[declared, configured, observed].map((holds) => (holds === true ? "yes" : holds || "no")),
  ]);

function table(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const folded = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;

/** Text that no Markdown is read in: no markup, no element, no cell of a table, no link, no mention, no reference. */
export const md = (text: string): string =>
  oneLine(text)
    .replaceAll(/[\\`*_[\]<>|~&!]/g, "\\$&")
    .replaceAll(/(?<=\w):(?=\/\/)/g, "\\:")
    .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}\\.`)
    .replaceAll(/[@#](?=\w)/g, "$&\u2060");

/** A block of code that its own text cannot end. */
function fenced(text: string, language: string): string {
  const shown = visible(text);
  const longestRun = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longestRun + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
}
