/** `npm run demo`. */

import { Interrupted, unlessInterrupted } from "#lib/cli/interruption.ts";
import { runCommand } from "#lib/cli/run.ts";
import { appNames } from "#lib/config/apps.ts";
import { environment } from "#lib/config/env.ts";
import { ensureBuilt } from "#lib/prepare/build.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import { runDemo } from "./demo.ts";
import { commandLine, type DemoOptions, parseOptions } from "./options.ts";
import { createOutput } from "./output.ts";
import { checkPorts, holdFolder } from "./ports.ts";

async function run(options: DemoOptions, signal: AbortSignal): Promise<number> {
  try {
    await checkPorts(options);
    const release = await unlessInterrupted(signal, holdFolder(options));
    await unlessInterrupted(signal, withLock(ensureBuilt));
    await start(options, signal);
    release();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  return 0;
}

async function start(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const output = createOutput(options.LOG_FORMAT, ["op", ...appNames]);
  const env = { ...environment(), ...colourSettings(output.colours) };
  await runDemo({ options, env, output, signal });
}

/** The processes write into pipes: they learn from us whether the output goes to a terminal. */
const colourSettings = (colours: boolean) =>
  colours ? { FORCE_COLOR: "1", NO_COLOR: undefined } : { FORCE_COLOR: undefined, NO_COLOR: "1" };

process.exit(
  await runCommand({ name: "demo", commandLine, parse: (argv) => parseOptions(argv, environment()), run }),
);
