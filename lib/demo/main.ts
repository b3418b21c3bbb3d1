/** `npm run demo`. */

import { interruption } from "#lib/cli/interruption.ts";
import { runCommand } from "#lib/cli/run.ts";
import { appNames } from "#lib/config/apps.ts";
import { environment } from "#lib/config/env.ts";
import { ensureBuilt } from "#lib/prepare/build.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import { runDemo, wantedPorts } from "./demo.ts";
import { commandLine, type DemoOptions, parseOptions } from "./options.ts";
import { createOutput } from "./output.ts";
import { checkPorts } from "./ports.ts";

async function run(options: DemoOptions): Promise<number> {
  await checkPorts(wantedPorts(options));
  await withLock(ensureBuilt);
  const output = createOutput(options.LOG_FORMAT, ["op", ...appNames]);
  const env = { ...environment(), ...colourSettings(output.colours) };
  await runDemo({ options, env, output, signal: interruption() });
  return 0;
}

/** The processes write into pipes: they learn from us whether the output goes to a terminal. */
const colourSettings = (colours: boolean) =>
  colours ? { FORCE_COLOR: "1", NO_COLOR: undefined } : { FORCE_COLOR: undefined, NO_COLOR: "1" };

process.exit(
  await runCommand({ name: "demo", commandLine, parse: (argv) => parseOptions(argv, environment()), run }),
);
