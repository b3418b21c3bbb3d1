/** The four files of `--report`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotRun } from "../world.ts";
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

/** Writes them, over those of an earlier run.
 * @param folder is made where it is missing
 * @throws {CannotRun} where it cannot be written to */
export function writeReports(folder: string, report: Report): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, form] of Object.entries(forms)) writeFileSync(join(folder, name), form(report));
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
    throw new CannotRun(`--report ${folder} cannot be written: ${(error as Error).message}.`);
  }
}
