/** The table in docs/checking/faults.md: the catalogue of faults, and the measured checks. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { faults } from "#lib/op/faults/catalogue.ts";
import { type Fault, families } from "#lib/op/faults/fault.ts";

/** The failing checks by fault: ids, separated by spaces. */
type Measured = Record<string, string>;

const folder = import.meta.dirname;
const measuredFile = join(folder, "measured.json");
const documentFile = join(folder, "../../../docs/checking/faults.md");
const [begin, end] = ["<!-- begin: written by lib/check/faults/measure.ts -->", "<!-- end -->"];

export const readMeasured = (): Measured =>
  existsSync(measuredFile) ? (JSON.parse(readFileSync(measuredFile, "utf8")) as Measured) : {};

/** The table as Markdown. */
export function faultTable(measured: Measured): string {
  const sections = Object.entries(families).map(([family, title]) => {
    const rows = faults.filter((fault) => fault.family === family).map((fault) => row(fault, measured));
    return [
      `### ${title}`,
      "",
      "| Fault | What it does | Clause | Check | Others |",
      "|---|---|---|---|---|",
      ...rows,
    ];
  });
  return [begin, ...sections.map((lines) => `\n${lines.join("\n")}\n`), end].join("\n");
}

function row({ name, does, clause, check, verdict }: Fault, measured: Measured): string {
  const others = measured[name]
    ?.split(" ")
    .filter((id) => id !== check)
    .join(", ");
  const said = verdict ? `${check} (${verdict})` : check;
  return `| \`${name}\` | ${does} | ${clause} | ${said} | ${others === "" ? "–" : (others ?? "")} |`;
}

/** Updates both files. */
export function writeMeasured(measured: Measured): void {
  const known = faults.flatMap(({ name }) => (name in measured ? [[name, measured[name]]] : []));
  writeFileSync(measuredFile, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
  const text = readFileSync(documentFile, "utf8");
  const [before] = text.split(begin, 1);
  const after = text.slice(text.indexOf(end) + end.length);
  writeFileSync(documentFile, `${before}${faultTable(measured)}${after}`);
}
