/** The changes between two runs, for a terminal and for a pull request. */
import { oneLine } from "#lib/net/foreign-text.ts";
import { md } from "../report/markdown.ts";
import { cookieWords } from "../report/report.ts";
import type { Change, Comparison } from "./compare.ts";
import type { ComparedCheck, ComparedReport } from "./read-report.ts";

interface Part {
  title: string;
  lines: { text: string; more?: string[] }[];
}

/** The most important changes first. */
function partsOf(comparison: Comparison): Part[] {
  const { failures, worsened, fixed, otherwise, added, gone, capabilities } = comparison;
  const parts: Part[] = [
    { title: "New failures", lines: failures.map(changed) },
    { title: "Worse", lines: worsened.map(changed) },
    { title: "Fixed", lines: fixed.map(changed) },
    { title: "Other changes", lines: otherwise.map(changed) },
    { title: "New checks", lines: added.map(single) },
    { title: "Removed checks", lines: gone.map(single) },
    {
      title: "Capabilities",
      lines: capabilities.map(({ capability, column, holds }) => ({
        text: `${capability}: ${holds ? `now ${column}` : `no longer ${column}`}`,
      })),
    },
  ];
  return parts.filter(({ lines }) => lines.length > 0);
}

const nameOf = (check: ComparedCheck): string => {
  const mode = cookieWords(check);
  return `${check.id} ${check.title}${mode ? ` [${mode}]` : ""}`;
};

function changed({ before, after }: Change): Part["lines"][number] {
  const isSame = before.verdict === after.verdict;
  const verdict = isSame ? `still ${after.verdict}` : `${before.verdict} → ${after.verdict}`;
  const earlier = (isSame || !after.reason) && before.reason ? [`before: ${before.reason}`] : [];
  const more = [after.reason, ...earlier].filter(Boolean);
  return { text: `${verdict}  ${nameOf(after)} (${after.clause}, ${after.severity})`, more };
}

const single = (check: ComparedCheck): Part["lines"][number] => ({
  text: `${check.verdict}  ${nameOf(check)}`,
  more: check.verdict === "fail" ? [check.reason] : [],
});

function headOf(before: ComparedReport, after: ComparedReport, { differences }: Comparison): string[] {
  const when = ({ startedAt }: ComparedReport) => `${startedAt.slice(0, 16).replace("T", " ")} UTC`;
  return [
    `${after.issuer} (driver ${after.driver}): ${when(before)} against ${when(after)}`,
    ...differences.map(({ field, before: old, after: now }) => `Different ${field}: ${old}, then ${now}`),
  ];
}

/** One sentence, also if nothing changed. */
function summaryOf({ failures, worsened, fixed, isWorse }: Comparison): string {
  const counts = `new failures ${failures.length}, otherwise worse ${worsened.length}, fixed ${fixed.length}`;
  return `${isWorse ? "Worse" : "Nothing is worse"} (${counts})`;
}

/** For a terminal, which text of the OP cannot control. */
export function textOf(before: ComparedReport, after: ComparedReport, comparison: Comparison): string {
  const blocks = partsOf(comparison).map(({ title, lines }) =>
    [
      `${title} (${lines.length})`,
      ...lines.flatMap(({ text, more = [] }) => [
        `  ${oneLine(text)}`,
        ...more.map((line) => `      ${oneLine(line)}`),
      ]),
    ].join("\n"),
  );
  const head = headOf(before, after, comparison)
    .map((line) => oneLine(line))
    .join("\n");
  return `${[head, ...blocks, summaryOf(comparison)].join("\n\n")}\n`;
}

/** GitHub Flavored Markdown. */
export function markdownOf(before: ComparedReport, after: ComparedReport, comparison: Comparison): string {
  const blocks = partsOf(comparison).map(({ title, lines }) =>
    [
      `## ${title} (${lines.length})\n`,
      ...lines.map(({ text, more = [] }) => `- ${[text, ...more].map(md).join("\\\n  ")}`),
    ].join("\n"),
  );
  const head = headOf(before, after, comparison).map(md).join("\\\n");
  const mark = comparison.isWorse ? "❌" : "✅";
  return `${[`# ${mark} Single logout: ${summaryOf(comparison)}`, head, ...blocks].join("\n\n")}\n`;
}
