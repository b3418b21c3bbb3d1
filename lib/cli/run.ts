/** How every command runs: `--help`, the command line, errors, exit codes. */
import { ConfigError } from "#lib/config/env.ts";
import { visible } from "#lib/net/foreign-text.ts";
import { StepFailed } from "#lib/prepare/step.mjs";
import { CannotRun, UsageError } from "./errors.ts";
import { type CommandName, cannotRunCode, wrongUseCode } from "./exit-codes.ts";
import { asksForHelp, type CommandLine, helpText } from "./flags.ts";
import { Interrupted, interruption } from "./interruption.ts";

interface Command<Options> {
  name: CommandName;
  commandLine: CommandLine;
  /** @throws {UsageError} */
  parse(argv: string[]): Options;
  /** @param signal aborts when the command has to end
   * @returns the exit code */
  run(options: Options, signal: AbortSignal): Promise<number>;
}

/** Runs a command with the arguments of this process.
 * @returns the exit code */
export async function runCommand<Options>(command: Command<Options>): Promise<number> {
  const argv = process.argv.slice(2);
  const signal = interruption();
  try {
    if (asksForHelp(argv)) {
      process.stdout.write(helpText(command.commandLine));
      return 0;
    }
    return await command.run(command.parse(argv), signal);
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write(`Interrupted by ${error.by}.\n`);
      // What it did may still be going on.
      process.exit(error.exitCode);
    }
    process.stderr.write(`${explain(error, command.name)}\n`);
    return exitCodeOf(error, command.name);
  }
}

/** The message of an error that the user can fix; the stack of any other. */
export function explain(error: unknown, name: CommandName): string {
  const isExpected = [UsageError, ConfigError, CannotRun, StepFailed].some((type) => error instanceof type);
  if (isExpected) return visible((error as Error).message);
  return `${name} itself failed; please report this: ${visible(String(error instanceof Error ? error.stack : error))}`;
}

const exitCodeOf = (error: unknown, name: CommandName): number =>
  error instanceof UsageError || error instanceof ConfigError ? wrongUseCode : cannotRunCode[name];
