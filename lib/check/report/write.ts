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

/** Makes the folder where it is missing, and takes the files of an earlier run away: one that cannot run leaves none that
 * could be taken for its own. Before the run, because after some minutes it is too late to say that it cannot be.
 * @throws {CannotRun} where it cannot be written to */
export function prepareReports(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    for (const name of Object.keys(forms)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw new CannotRun(
      `--report ${folder} is no folder that can be written to: ${(error as Error).message}.`,
    );
  }
}

/** @param folder was prepared
 * @throws {CannotRun} where it cannot be written to */
export function writeReports(folder: string, report: Report): void {
  try {
    for (const [name, form] of Object.entries(forms)) writeFileSync(join(folder, name), form(report));
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new CannotRun(`--report ${folder} cannot be written: ${(error as Error).message}.`);
  }
}
