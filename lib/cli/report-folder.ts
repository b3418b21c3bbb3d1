/** The folder that a command writes its reports to. */
import { accessSync, constants, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CannotRun } from "./errors.ts";

/** Creates the folder if needed, and removes these files of an earlier run, so that they are not taken for those of this one.
 * Called before the run: an unwritable folder must not be found out only after some minutes.
 * @throws {CannotRun} if the folder is not writable */
export function prepareReportFolder(folder: string, files: readonly string[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    for (const file of files) rmSync(join(folder, file), { force: true });
  } catch (error) {
    throw new CannotRun(`--report ${folder} is not a writable folder: ${(error as Error).message}.`);
  }
}
