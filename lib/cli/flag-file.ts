/** Flags from a file: npm, the process list and the shell's history show a command line to others. */
import { readFileSync } from "node:fs";
import { UsageError } from "./errors.ts";

/** Replaces each argument @FILE with the flags in FILE: one flag per line, followed by its value; lines that begin with #
 * are comments.
 * @throws {UsageError} if the file cannot be read */
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
    throw new UsageError(`@${file}: cannot be read (${(error as Error).message}); name a file of flags.`);
  }
}
