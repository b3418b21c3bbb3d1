/** `npm run compare`. */
import { UsageError } from "#lib/cli/errors.ts";
import { exitCodes } from "#lib/cli/exit-codes.ts";
import { type CommandLine, type FlagTable, readFlags } from "#lib/cli/flags.ts";
import { runCommand } from "#lib/cli/run.ts";
import { compare } from "./compare.ts";
import { readReport } from "./read-report.ts";
import { markdownOf, textOf } from "./view.ts";

const flags = {
  md: { help: "Markdown, for a pull request" },
} as const satisfies FlagTable;

const commandLine = {
  call: "npm run compare --",
  operands: "A.json B.json",
  about: `Says what changed between two runs of npm run check, from the report.json that --report wrote: of two versions
of an OpenID Provider, for example. New failures come first. A reason has changed if its words or the status of an
HTTP answer have; times, ports and identifiers always differ and do not count.
Worse means: a check of both runs fails now, or has gone from pass to warn or skip, or a capability is no longer
declared or configured. Checks of only one run are listed and do not count, and neither does --expect: give both
runs the same flags.`,
  flags,
  exitCodes: exitCodes.compare,
} as const satisfies CommandLine<typeof flags>;

interface CompareOptions {
  before: string;
  after: string;
  md: boolean;
}

function parse(argv: string[]): CompareOptions {
  const { values, operands } = readFlags(argv, commandLine);
  const [before, after, ...more] = operands;
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError(`Give two reports: ${commandLine.call} A.json B.json`);
  return { before, after, md: values.md };
}

async function run({ before: earlier, after: later, md }: CompareOptions): Promise<number> {
  const [before, after] = [readReport(earlier), readReport(later)];
  const comparison = compare(before, after);
  process.stdout.write((md ? markdownOf : textOf)(before, after, comparison));
  return comparison.isWorse ? 1 : 0;
}

process.exitCode = await runCommand({ name: "compare", commandLine, parse, run });
