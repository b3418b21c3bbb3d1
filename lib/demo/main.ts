/** `npm run demo`. Asked to end, it exits with 0; unable to start or go on, with 1; called wrongly, with 2. */

import { DemoError } from "#lib/cli/demo-error.ts";
import { appNames } from "#lib/config/apps.ts";
import { ConfigError, environment } from "#lib/config/env.ts";
import { ensureBuilt } from "#lib/prepare/build.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import { StepFailed } from "#lib/prepare/step.mjs";
import { runDemo, wantedPorts } from "./demo.ts";
import { endOfDemo } from "./end-of-demo.ts";
import { parseOptions, UsageError, usage } from "./options.ts";
import { createOutput } from "./output.ts";
import { checkPorts } from "./ports.ts";

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), environment());
    if (options.help) {
      process.stdout.write(usage);
      return 0;
    }
    await checkPorts(wantedPorts(options));
    await withLock(ensureBuilt);
    const output = createOutput(options.LOG_FORMAT, ["op", ...appNames]);
    const env = { ...environment(), ...colourSettings(output.colours) };
    await runDemo({ options, env, output, signal: endOfDemo() });
    return 0;
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof DemoError || error instanceof StepFailed ? 1 : 2;
  }
}

/** The processes write into pipes: they learn from us whether a person's terminal stands at the end. */
const colourSettings = (colours: boolean) =>
  colours ? { FORCE_COLOR: "1", NO_COLOR: undefined } : { FORCE_COLOR: undefined, NO_COLOR: "1" };

const isExpected = (error: unknown): error is Error =>
  [DemoError, StepFailed, UsageError, ConfigError].some((type) => error instanceof type);

process.exit(await main());
