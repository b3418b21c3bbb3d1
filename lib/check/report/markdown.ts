/** The report for a pull request: the most urgent results first, the rest folded. */
import { detailText } from "#lib/cli/visible.ts";
import { oneLine, visible } from "#lib/net/foreign-text.ts";
import { type Guide, guideOf, sections } from "../catalogue/guide.ts";
import { curlHint } from "../evidence/evidence.ts";
import type { CheckResult } from "../model/check.ts";
import { countsOf } from "./progress.ts";
import { cookieWords, durationWords, type Report } from "./report.ts";
import { expectationOf, outcomeOf, type Section, sectionsOf } from "./sections.ts";

/** GitHub limits a comment to 65,536 characters. */
const longest = 60_000;
/** Longest entry of evidence, in characters. */
const longestEntry = 1_000;

/** GitHub Flavored Markdown. If it is too long for a comment, the least important parts are omitted first (pages of checks,
 * evidence, tables of expected results), and it says which. */
export function markdownOf(report: Report): string {
  const head = headOf(report);
  const all = sectionsOf(report);
  const surprises = all.find(({ name }) => name === "surprises");
  const { kept, said } = roomFor(longest - head.length - 500);
  const stories = (surprises?.checks ?? []).filter((check) => kept("failures", story(check)));
  const tables = [...all.filter((section) => section !== surprises).map(tableOf), capabilitiesOf(report)];
  const shown = tables.filter((text) => kept("tables", text));
  const evidence = new Set(stories.filter((check) => kept("evidence", evidenceOf(check))));
  const guides = new Set(stories.filter((check) => kept("pages of checks", pageOf(check))));
  const blocks = [
    head,
    said(),
    surprises && `## ${surprises.title} (${surprises.checks.length})`,
    ...stories.flatMap((check) => [
      story(check),
      evidence.has(check) && evidenceOf(check),
      guides.has(check) && pageOf(check),
    ]),
    ...shown,
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

/** Grants room for blocks, first come, first served, and reports the blocks that did not fit. */
function roomFor(characters: number) {
  let room = characters;
  const missing = new Map<string, number>();
  const kept = (kind: string, block: string): boolean => {
    if (block === "") return false;
    const fits = block.length + 2 <= room;
    if (fits) room -= block.length + 2;
    else missing.set(kind, (missing.get(kind) ?? 0) + 1);
    return fits;
  };
  const said = () => {
    const parts = [...missing].map(([kind, count]) => `${kind} (${count})`);
    return parts.length > 0 && `Omitted for length: ${parts.join(", ")}. See report.html for everything.`;
  };
  return { kept, said };
}

function headOf(report: Report): string {
  const { good, text } = outcomeOf(report);
  const notes = (report.notes ?? []).map((note) => `- ${md(note)}`);
  return [
    `# ${good ? "✅" : "❌"} Single logout: ${text}`,
    `${md(report.issuer)}, driver ${md(report.driver)}, ${report.startedAt.slice(0, 16).replace("T", " ")} UTC, ${durationWords(report.durationMs)}: **${countsOf(report.checks)}**`,
    ...(notes.length > 0 ? [notes.join("\n")] : []),
  ].join("\n\n");
}

function tableOf({ title, checks }: Section): string {
  const rows = checks.map((check) => [
    check.verdict,
    nameOf(check),
    md(check.clause),
    md([check.reason, expectationOf(check)].filter(Boolean).join(" ")),
  ]);
  return folded(`${title} (${checks.length})`, table(["", "Check", "Clause", "Observed"], rows));
}

function story(check: CheckResult): string {
  const { verdict, clause, severity, reason, curl } = check;
  const known = expectationOf(check);
  const blocks = [
    `### ${nameOf(check)}`,
    `**${verdict}** · ${md(clause)} · ${severity}`,
    reason && md(reason),
    known && md(known),
    curl && fenced(curl, "sh"),
    curl && curlHint(curl),
  ];
  return blocks.filter(Boolean).join("\n\n");
}

/** Of a failure only. */
function evidenceOf({ verdict, evidence }: CheckResult): string {
  if (verdict !== "fail" || evidence.length === 0) return "";
  const entries = evidence.map(({ at, what, detail }) => {
    const text = detailText(detail);
    const shown =
      text.length > longestEntry ? `${text.slice(0, longestEntry)}… (${text.length} characters)` : text;
    return `+${(at / 1000).toFixed(2)} s ${oneLine(what)}\n${shown}`;
  });
  return folded(`Evidence (${entries.length})`, fenced(entries.join("\n\n"), "text"));
}

function pageOf({ id }: CheckResult): string {
  const guide = guideOf(id);
  return guide ? folded(Object.values(sections).join(", "), guideText(guide)) : "";
}

const guideText = (guide: Guide): string =>
  (Object.keys(sections) as (keyof Guide)[])
    .map((name) => `**${sections[name]}**\n\n${guide[name]}`)
    .join("\n\n");

function nameOf(check: CheckResult): string {
  const mode = cookieWords(check);
  return `${check.id} ${md(check.title)}${mode ? ` (${mode})` : ""}`;
}

function capabilitiesOf({ capabilities }: Report): string {
  const rows = capabilities.map(({ capability, declared, configured, observed }) => [
    capability,
    ...[declared, configured, observed].map((holds) => (holds === true ? "yes" : holds || "no")),
  ]);
  return folded("Capabilities", table(["Capability", "Declared", "Configured", "Observed"], rows));
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const folded = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;

/** Text without any Markdown in it: no markup, element, table cell, link, mention or reference. */
export const md = (text: string): string =>
  oneLine(text)
    .replaceAll(/[\\`*_[\]<>|~&!]/g, "\\$&")
    .replaceAll(/(?<=\w):(?=\/\/)/g, "\\:")
    .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}\\.`)
    .replaceAll(/[@#](?=\w)/g, "$&\u2060");

/** A code block that its text cannot close. */
function fenced(text: string, language: string): string {
  const shown = visible(text);
  const longestRun = Math.max(2, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longestRun + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
}
