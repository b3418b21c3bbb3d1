#!/usr/bin/env node
/**
 * The entry of all commands. Plain JavaScript without dependencies: it runs on the machine's own Node, before anything
 * is installed; everything else runs on the Node that it installs.
 */
import { ensureBuilt } from "../lib/prepare/build.mjs";
import { ensureInstalled } from "../lib/prepare/install.mjs";
import { withLock } from "../lib/prepare/lock.mjs";
import { runWithProjectNode } from "../lib/prepare/node.mjs";
import { whenParentEnds } from "../lib/prepare/parent.mjs";
import { StepFailed } from "../lib/prepare/step.mjs";

const usage = `Usage: slo-playground <command> [flags]

  demo      start the OpenID Provider, the Relying Parties and the front door (npm run demo)
  register  register the Relying Parties at an OpenID Provider (npm run register)
  doctor    find out why an OpenID Provider and the apps do not work together (npm run doctor)
  check     test the single logout of an OpenID Provider, clause by clause (npm run check)
  compare   show what changed between two runs of check (npm run compare)
  bench     measure what logouts cost, side by side with other software (npm run bench)
  test      lint, types, unit, contract and end-to-end tests (npm test)
  build     build the Relying Parties if something changed (npm run build)

Flags of a command: slo-playground <command> --help, or npm run demo -- --help
`;

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  // Demo and tests build on their own: after the check of their flags, and as a stage with its time.
  demo: (args) => installAndRun("lib/demo/main.ts", args),
  register: (args) => installAndRun("lib/register/main.ts", args),
  doctor: (args) => installAndRun("lib/doctor/main.ts", args),
  check: (args) => installAndRun("lib/check/main.ts", args),
  compare: (args) => installAndRun("lib/check/compare/main.ts", args),
  bench: (args) => installAndRun("bench/main.ts", args),
  test: (args) => installAndRun("e2e/stages/main.ts", args),
  build: async () => {
    await withLock(async () => {
      await ensureInstalled();
      await ensureBuilt();
    });
    return 0;
  },
};

/** Commands whose exit code 1 is a verdict about an OpenID Provider: they exit with 2 if they cannot run
 * (lib/cli/exit-codes.ts). */
const judging = ["register", "doctor", "check", "compare"];

/** @param {string} script @param {string[]} args */
async function installAndRun(script, args) {
  await withLock(ensureInstalled);
  return runWithProjectNode([script, ...args]);
}

/** @param {string[]} argv @returns {Promise<number>} the exit code */
async function main([name, ...args]) {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(`Unknown command ${name}.\n\n${usage}`);
    return 2;
  }
  return command(args);
}

// As a closed terminal does; what runs then ends by it.
whenParentEnds(() => process.kill(process.pid, "SIGHUP"));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof StepFailed ? error.message : Object(error).stack}\n`);
  process.exitCode = judging.includes(process.argv[2] ?? "") ? 2 : 1;
}
