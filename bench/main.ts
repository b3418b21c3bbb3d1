/** `npm run bench`. */
import { unlessInterrupted } from "#lib/cli/interruption.ts";
import { runCommand } from "#lib/cli/run.ts";
import { ensureBuilt } from "#lib/prepare/build.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import { root } from "#lib/prepare/step.mjs";
import { type BenchOptions, commandLine, parseOptions } from "./options.ts";
import { headline, rowMarkdown } from "./report/markdown.ts";
import { type Report, thisMachine } from "./report/report.ts";
import { prepareReport, writeReport } from "./report/write.ts";
import { buildRevision } from "./revision.ts";
import type { Context } from "./row.ts";
import { rows } from "./rows/index.ts";

/** @returns whether all went well */
async function bench({ only, quick, compare, report: folder }: BenchOptions): Promise<boolean> {
  if (folder !== undefined) prepareReport(folder);
  const other = compare === undefined ? [] : [await buildRevision(compare)];
  await withLock(ensureBuilt);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const context: Context = { builds: [{ name: "this one", root }, ...other], quick, say };
  const report: Report = { machine: thisMachine(quick), rows: [] };
  process.stdout.write(`${headline(report.machine)}\n`);
  for (const { name, title, run } of rows.filter((row) => only.includes(row.name))) {
    say(`\n${title} …`);
    const row = { name, title, ...(await run(context)) };
    report.rows.push(row);
    process.stdout.write(`\n${rowMarkdown(row)}`);
    if (folder !== undefined) writeReport(folder, report);
  }
  return report.rows.every(({ errors = [] }) => errors.length === 0);
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<number> {
  return (await unlessInterrupted(signal, bench(options))) ? 0 : 1;
}

// What was started for a row ends with this process.
process.exit(await runCommand({ name: "bench", commandLine, parse: parseOptions, run }));
