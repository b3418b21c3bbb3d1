/** `npm run check`. Exit code 0: nothing unexpected; 1: an unexpected failure or a stale expectation; 2: could not run;
 * 128 and more: ended by a signal. */

import { CannotRun } from "#lib/cli/errors.ts";
import { Interrupted, interruption } from "#lib/cli/interruption.ts";
import { oneLine, visible } from "#lib/cli/visible.ts";
import { UsageError } from "#lib/demo/options.ts";
import { StepFailed } from "#lib/prepare/step.mjs";
import { surprises } from "./model/expectations.ts";
import { countsOf, createProgress } from "./report/progress.ts";
import { prepareReports, writeReports } from "./report/write.ts";
import { clientsByHand } from "./run/clients-by-hand.ts";
import { type CheckOptions, parseOptions, usage } from "./run/options.ts";
import { runSuite } from "./run/suite.ts";

async function main(): Promise<number> {
  const signal = interruption();
  try {
    const options = parseOptions(process.argv.slice(2));
    const { help, printClients, issuer } = options;
    if (help || (printClients && issuer !== undefined)) {
      process.stdout.write(help || issuer === undefined ? usage : clientsByHand({ ...options, issuer }));
      return 0;
    }
    return await run(options, signal);
  } catch (error) {
    if (signal.aborted) return endedEarly(signal, "before the first check");
    process.stderr.write(`${explain(error)}\n`);
    return 2;
  }
}

async function run(options: CheckOptions, signal: AbortSignal): Promise<number> {
  if (options.report !== undefined) prepareReports(options.report);
  const progress = createProgress(process.stdout);
  // A check that has ended may leave something behind that fails later: nobody waits for it any more.
  process.on("unhandledRejection", () => undefined);
  const report = await runSuite(options, progress, signal).finally(progress.end);
  if (options.report !== undefined) writeReports(options.report, report);
  process.stdout.write(`\n${countsOf(report.checks)} in ${Math.round(report.durationMs / 1000)} s\n`);
  const lines = surprises(report.checks);
  for (const line of lines) process.stdout.write(`${oneLine(line)}\n`);
  if (signal.aborted) return endedEarly(signal, "with checks left");
  return lines.length > 0 ? 1 : 0;
}

function endedEarly({ reason }: AbortSignal, when: string): number {
  if (!(reason instanceof Interrupted)) throw reason;
  process.stderr.write(`Ended by ${reason.by}, ${when}.\n`);
  return reason.exitCode;
}

/** One line for what a person can do something about; the rest is ours to mend. */
function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof CannotRun || error instanceof StepFailed)
    return visible(error.message);
  return `The suite itself failed; please report this: ${error instanceof Error ? error.stack : String(error)}`;
}

// Thrown where nobody waits for it: 1 would say that the OP had failed.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(2);
});

process.exit(await main());
