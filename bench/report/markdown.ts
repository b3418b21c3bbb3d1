/** A run as Markdown. */
import { isMet, type Reach, type Table } from "../row.ts";
import type { Report, RowReport } from "./report.ts";

/** The tables, reaches and notes of one row. */
export function rowMarkdown({ title, name, tables, reaches, notes, errors = [] }: RowReport): string {
  const lines = [...errors.map((error) => `**Error:** ${error}`), ...notes];
  const parts = [
    `## ${title} (\`${name}\`)`,
    ...tables.map(tableMarkdown),
    ...(reaches.length > 0 ? [reachTable(reaches)] : []),
    ...(lines.length > 0 ? [lines.map((line) => `- ${oneLine(line)}`).join("\n")] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** A whole run. */
export const markdownOf = ({ machine, rows }: Report): string =>
  [`${headline(machine)}\n`, ...rows.map(rowMarkdown)].join("\n");

/** What the run ran on. */
export const headline = ({
  at,
  revision,
  cores,
  cpu,
  memoryGiB,
  node,
  load,
  quick,
}: Report["machine"]): string =>
  [
    `${at.slice(0, 16).replace("T", " ")} UTC, revision ${revision}: ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}`,
    `load before: ${load.toFixed(1)}${quick ? "; --quick" : ""}`,
  ].join("; ");

export function tableMarkdown({ title, head, rows }: Table): string {
  const all = [head, ...rows].map((cells) => cells.map((cell) => oneLine(cell).replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [heading = [], ...body] = all;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [`**${title}**`, "", line(heading), rule, ...body.map(line)].join("\n");
}

const reachTable = (reaches: readonly Reach[]): string =>
  tableMarkdown({
    title: "Reach",
    head: ["", "reach", "measured", ""],
    rows: reaches.map((reach) => [reach.what, limitText(reach), measuredText(reach), metText(reach)]),
  });

const limitText = ({ bound, limit, unit }: Reach) =>
  `${bound === "at least" ? "≥" : "≤"} ${figure(limit, unit)}`;
const measuredText = ({ measured, unit }: Reach) => (measured === undefined ? "–" : figure(measured, unit));
const metText = (reach: Reach) =>
  ({ true: "met", false: "not met", undefined: "not measured" })[`${isMet(reach)}`];

function figure(value: number, unit: Reach["unit"]): string {
  const digits = value >= 100 ? 0 : unit === "×" ? 2 : 1;
  return unit === "×"
    ? `× ${value.toFixed(digits)}`
    : [value.toFixed(digits), unit].filter(Boolean).join(" ");
}

const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, " ");
