/** `npm run check`. Exit code 0: nothing unexpected; 1: an unexpected failure or a stale expectation; 2: could not run. */
import { inspect } from "node:util";
import { UsageError } from "#lib/demo/options.ts";
import { surprises } from "./expectations.ts";
import { parseOptions, usage } from "./options.ts";
import { countsOf } from "./report/progress.ts";
import { writeReports } from "./report/write.ts";
import { checkProvider } from "./session.ts";
import { CannotRun } from "./world.ts";

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) {
      process.stdout.write(usage);
      return 0;
    }
    const report = await checkProvider(options, (line) => process.stdout.write(`${line}\n`));
    if (options.report) writeReports(options.report, report);
    process.stdout.write(`\n${countsOf(report.checks)} in ${Math.round(report.durationMs / 1000)} s\n`);
    const lines = surprises(report.checks);
    for (const line of lines) process.stdout.write(`${line}\n`);
    return lines.length > 0 ? 1 : 0;
  } catch (error) {
    return couldNotRun(error);
  }
}

/** In one line where it is known what to do about it; otherwise it is our own fault, and all is said. */
function couldNotRun(error: unknown): 2 {
  const isKnown = error instanceof UsageError || error instanceof CannotRun;
  process.stderr.write(isKnown ? `${error.message}\n` : `The suite itself failed.\n${inspect(error)}\n`);
  return 2;
}

// Thrown where nobody waits for it: 1 would say that the OP had failed.
process.on("uncaughtException", (error) => process.exit(couldNotRun(error)));
process.exit(await main());
