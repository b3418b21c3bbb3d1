/** `npm test`: all stages, or some: `npm test -- unit`, `npm test -- e2e [arguments of Playwright]`. */
import { interruptedCode, wrongUseCode } from "#lib/cli/exit-codes.ts";
import { Interrupted } from "#lib/cli/interruption.ts";
import { StepFailed } from "#lib/prepare/step.mjs";
import { createRunner, type Runner } from "./runner.ts";
import { type Stage, stages } from "./stages.ts";
import { type StageResult, summarize } from "./summary.ts";

async function main(argv: string[]): Promise<number> {
  const names = stages.filter(({ forStages }) => !forStages).map(({ name }) => name);
  const afterNames = argv.findIndex((arg) => !names.includes(arg));
  const chosen = afterNames === -1 ? argv : argv.slice(0, afterNames);
  const rest = afterNames === -1 ? [] : argv.slice(afterNames);
  if (rest.length > 0 && chosen.length !== 1) {
    const isHelp = rest[0] === "--help" || rest[0] === "-h";
    const usage = `Usage: npm test -- [${names.join("|")}] [arguments for the tool of a single stage]\n`;
    if (isHelp) process.stdout.write(usage);
    else process.stderr.write(`Unknown stage ${rest[0]}.\n${usage}`);
    return isHelp ? 0 : wrongUseCode;
  }

  const runner = createRunner();
  const results: StageResult[] = [];
  for (const stage of stages.filter((each) => isWanted(each, chosen))) {
    results.push(await runStage(stage, rest, runner));
    if (runner.signal.aborted) return interruptedCode;
  }
  const { lines, ok } = summarize(results);
  process.stdout.write(`\n${lines.join("\n")}\n`);
  return ok ? 0 : 1;
}

const isWanted = ({ name, onDemand = false, forStages = [name] }: Stage, chosen: string[]): boolean =>
  chosen.length === 0 ? !onDemand : forStages.some((each) => chosen.includes(each));

async function runStage(stage: Stage, args: string[], runner: Runner): Promise<StageResult> {
  const { name } = stage;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const lane = await stage.lane?.((line) => process.stdout.write(`${line}\n`));
  if (lane && !lane.ready) {
    process.stdout.write(`${name} left out: ${lane.reason}; ${lane.command} would install it.\n`);
    return { name, seconds: seconds(), outcome: process.env.CI === "true" ? "failed" : "left out" };
  }
  const { ok, counts } = await stage.run(stage.forStages ? [] : args, runner).catch((error: unknown) => {
    if (error instanceof StepFailed) process.stderr.write(`${error.message}\n`);
    else if (!(error instanceof Interrupted)) throw error;
    return { ok: false, counts: undefined };
  });
  return { name, seconds: seconds(), outcome: ok ? "ok" : "failed", counts };
}

process.exit(await main(process.argv.slice(2)));
