/** Flags from a file: what stands on a command line is shown by npm, by the process list and by the shell's history. */
import { readFileSync } from "node:fs";
import { UsageError } from "#lib/demo/options.ts";

/** Puts the flags of FILE in the place of each argument @FILE: one flag in a line, with its value behind it; lines that
 * begin with # are comments.
 * @throws {UsageError} where the file cannot be read */
export const withFlagFiles = (argv: readonly string[]): string[] =>
  argv.flatMap((argument) => (argument.startsWith("@") ? flagsIn(argument.slice(1)) : argument));

function flagsIn(file: string): string[] {
  const lines = read(file)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.flatMap((line) => {
    const [flag, value] = /^(\S+)(?:\s+(.*))?$/.exec(line)?.slice(1) ?? [];
    return [flag, value].filter((part) => part !== undefined);
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`@${file} cannot be read: ${(error as Error).message}.`);
  }
}
