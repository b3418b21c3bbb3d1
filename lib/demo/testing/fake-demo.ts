/** A demo of fake processes, as a program: `node fake-demo.ts PORT PORT`. Prints its process ids as JSON. */

import { CannotRun } from "#lib/cli/errors.ts";
import { interruption } from "#lib/cli/interruption.ts";
import { createOutput } from "../output.ts";
import { createProcessGroup, runProcesses } from "../process-group.ts";
import { fakePlan } from "./fake-process.ts";

const plans = process.argv.slice(2).map((port, index) => fakePlan(`fake${index}`, Number(port)));
const output = createOutput(
  "pretty",
  plans.map(({ name }) => name),
);
const group = createProcessGroup(output);
try {
  await runProcesses(group, [plans], interruption(), () =>
    output.announce(JSON.stringify({ pids: group.pids() })),
  );
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
process.exit();
