/** The four files of `--report`. */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
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

/** Creates the folder if needed, and removes the reports of an earlier run, so that they are not taken for those of this one.
 * Called before the run: an unwritable folder must not be found out only after some minutes.
 * @throws {CannotRun} if the folder is not writable */
export function prepareReports(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    for (const name of Object.keys(forms)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw new CannotRun(`--report ${folder} is not a writable folder: ${(error as Error).message}.`);
  }
}

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
