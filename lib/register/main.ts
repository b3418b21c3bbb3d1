/** `slo-playground register`. */

import { unlessInterrupted } from "#lib/cli/interruption.ts";
import { runCommand } from "#lib/cli/run.ts";
import { visible, wholeText } from "#lib/net/foreign-text.ts";
import { commandLine, parseRegisterOptions, type RegisterOptions } from "./options.ts";
import { type AppRegistration, issuerOf, registerApps } from "./register.ts";
import { nextSteps, textOf } from "./view.ts";

async function run(options: RegisterOptions): Promise<number> {
  const { json, strict } = options;
  const issuer = issuerOf(options);
  const done: AppRegistration[] = [];
  const said = new Set<string>();
  try {
    await registerApps(options, {
      onRegistered: (registered) => {
        done.push(registered);
        if (!json) process.stdout.write(`${textOf(registered, issuer, said)}\n`);
      },
      say: (line) => process.stderr.write(`${wholeText(line)}\n`),
    });
  } finally {
    if (json) process.stdout.write(`${visible(JSON.stringify({ issuer, registered: done }, null, 2))}\n`);
  }
  if (!json) process.stdout.write(`${nextSteps(options)}\n`);
  const asAsked = done.every(({ report }) => report.every(({ result }) => result === "accepted"));
  return strict && !asAsked ? 1 : 0;
}

process.exitCode = await runCommand({
  name: "register",
  commandLine,
  parse: parseRegisterOptions,
  run: (options, signal) => unlessInterrupted(signal, run(options)),
});
