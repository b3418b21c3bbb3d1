/** The files of `--report`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareReportFolder } from "#lib/cli/report-folder.ts";
import { isMet } from "../row.ts";
import { markdownOf } from "./markdown.ts";
import type { Report } from "./report.ts";

const forms: Readonly<Record<string, (report: Report) => string>> = {
  "bench.md": markdownOf,
  "bench.json": ({ machine, rows }) => {
    const withMet = rows.map((row) => ({
      ...row,
      reaches: row.reaches.map((reach) => ({ ...reach, met: isMet(reach) ?? null })),
    }));
    return `${JSON.stringify({ machine, rows: withMet }, null, 2)}\n`;
  },
};

/** @throws {CannotRun} if the folder is not writable */
export const prepareReport = (folder: string): void => prepareReportFolder(folder, Object.keys(forms));

/** Called after each row, so that an interrupted run leaves what it has measured. */
export function writeReport(folder: string, report: Report): void {
  for (const [name, form] of Object.entries(forms)) writeFileSync(join(folder, name), form(report));
}
