/** The four files of `--report`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { prepareReportFolder } from "#lib/cli/report-folder.ts";
import { htmlOf } from "./html.ts";
import { junitOf } from "./junit.ts";
import { markdownOf } from "./markdown.ts";
import type { Report } from "./report.ts";

const forms: Readonly<Record<string, (report: Report) => string>> = {
  "report.json": (report) => `${JSON.stringify(report, null, 2)}\n`,
  "report.html": htmlOf,
  "report.md": markdownOf,
  "junit.xml": junitOf,
};

/** @throws {CannotRun} if the folder is not writable */
export const prepareReports = (folder: string): void => prepareReportFolder(folder, Object.keys(forms));

/** @param folder from `prepareReports`
 * @throws {CannotRun} if a file cannot be written */
export function writeReports(folder: string, report: Report): void {
  try {
    for (const [name, form] of Object.entries(forms)) writeFileSync(join(folder, name), form(report));
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new CannotRun(`--report ${folder} cannot be written: ${(error as Error).message}.`);
  }
}
