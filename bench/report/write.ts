/** The files of `--report`. */
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
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

/** Creates the folder if needed, and removes the files of an earlier run: they must not be taken for those of this one.
 * @throws {CannotRun} if the folder is not writable */
export function prepareReport(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    for (const name of Object.keys(forms)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    throw new CannotRun(`--report ${folder} is not a writable folder: ${(error as Error).message}.`);
  }
}

/** Called after each row, so that an interrupted run leaves what it has measured. */
export function writeReport(folder: string, report: Report): void {
  for (const [name, form] of Object.entries(forms)) writeFileSync(join(folder, name), form(report));
}
