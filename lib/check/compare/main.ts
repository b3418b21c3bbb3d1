/** `slo-playground compare`. Exit code 0: nothing is worse; 1: something is; 2: a report cannot be read. */
import { parseArgs } from "node:util";
import { CannotRun } from "#lib/cli/errors.ts";
import { UsageError } from "#lib/demo/options.ts";
import { compare } from "./compare.ts";
import { readReport } from "./read-report.ts";
import { markdownOf, textOf } from "./view.ts";

const usage = `Usage: npm run compare -- A.json B.json [--md]

Says what changed between two runs of npm run check, by the report.json that --report wrote: of two versions of an
OpenID Provider, say. New failures come first. A reason is another one where its words or the status of an HTTP answer
are: times, ports and identifiers always differ.
Worse is a check of both runs that fails now, or has gone from pass to warn or skip, and a capability that is no longer
declared or configured. Checks of one run alone are listed and do not count, and neither does --expect: give both the
same flags.
Exit code 0: nothing is worse; 1: something is; 2: a report cannot be read, or is of a run that was ended early.

  --md    Markdown, for a pull request
`;

const flags = { md: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

function main(): number {
  try {
    const { files, md, help } = parseCommandLine(process.argv.slice(2));
    if (help) {
      process.stdout.write(usage);
      return 0;
    }
    const [before, after] = files.map(readReport);
    if (!before || !after || files.length > 2)
      throw new UsageError("Two reports are compared: npm run compare -- A.json B.json");
    const comparison = compare(before, after);
    process.stdout.write((md ? markdownOf : textOf)(before, after, comparison));
    return comparison.isWorse ? 1 : 0;
  } catch (error) {
    const isKnown = error instanceof UsageError || error instanceof CannotRun;
    process.stderr.write(`${isKnown ? error.message : (error as Error).stack}\n`);
    return 2;
  }
}

function parseCommandLine(args: string[]) {
  try {
    const { values, positionals: files } = parseArgs({ args, options: flags, allowPositionals: true });
    return { files, ...values };
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence}. All flags: npm run compare -- --help`);
  }
}

process.exitCode = main();
