/** `npm run check`. */

import { Interrupted } from "#lib/cli/interruption.ts";
import { explain, runCommand } from "#lib/cli/run.ts";
import { oneLine } from "#lib/net/foreign-text.ts";
import { surprises } from "./model/expectations.ts";
import { countsOf, createProgress } from "./report/progress.ts";
import { prepareReports, writeReports } from "./report/write.ts";
import { clientsByHand } from "./run/clients-by-hand.ts";
import { type CheckOptions, commandLine, parseOptions } from "./run/options.ts";
import { runSuite } from "./run/suite.ts";

async function run(options: CheckOptions, signal: AbortSignal): Promise<number> {
  const { printClients, issuer } = options;
  if (printClients && issuer !== undefined) {
    process.stdout.write(clientsByHand({ ...options, issuer }));
    return 0;
  }
  try {
    return await check(options, signal);
  } catch (error) {
    if (signal.aborted) return interrupted(signal, "before the first check");
    throw error;
  }
}

async function check(options: CheckOptions, signal: AbortSignal): Promise<number> {
  if (options.report !== undefined) prepareReports(options.report);
  const progress = createProgress(process.stdout);
  // A check that has ended may leave something behind that fails later, when nothing waits for it any more.
  process.on("unhandledRejection", () => undefined);
  const report = await runSuite(options, progress, signal).finally(progress.end);
  if (options.report !== undefined) writeReports(options.report, report);
  process.stdout.write(`\n${countsOf(report.checks)} in ${Math.round(report.durationMs / 1000)} s\n`);
  const lines = surprises(report.checks);
  for (const line of lines) process.stdout.write(`${oneLine(line)}\n`);
  if (signal.aborted) return interrupted(signal, "with checks left");
  return lines.length > 0 ? 1 : 0;
}

function interrupted({ reason }: AbortSignal, when: string): number {
  if (!(reason instanceof Interrupted)) throw reason;
  process.stderr.write(`Interrupted by ${reason.by}, ${when}.\n`);
  return reason.exitCode;
}

// An exception that no promise carries would end the process with 1, which says that the OP failed.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${explain(error, "check")}\n`);
  process.exit(2);
});

process.exit(await runCommand({ name: "check", commandLine, parse: parseOptions, run }));
