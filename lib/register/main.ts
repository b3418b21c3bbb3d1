/** `slo-playground register`. Exit code 0: registered; 1: `--strict` and a field was not accepted; 2: not registered. */

import { CannotRun } from "#lib/cli/errors.ts";
import { ConfigError } from "#lib/config/env.ts";
import { UsageError } from "#lib/demo/options.ts";
import { parseRegisterOptions, type RegisterOptions, registerUsage } from "./options.ts";
import { type AppRegistration, issuerOf, registerApps } from "./register.ts";
import { table } from "./view.ts";

async function main(): Promise<number> {
  try {
    const options = parseRegisterOptions(process.argv.slice(2));
    if (options.help) {
      process.stdout.write(registerUsage);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

async function run(options: RegisterOptions): Promise<number> {
  const { apps, data, json, envDir } = options;
  const issuer = issuerOf(options);
  const done: AppRegistration[] = [];
  try {
    await registerApps(options, {
      tell: (registered) => {
        done.push(registered);
        if (!json) process.stdout.write(`${textOf(registered, issuer)}\n`);
      },
      say: (line) => process.stderr.write(`${line}\n`),
    });
  } finally {
    if (json) process.stdout.write(`${JSON.stringify({ issuer, registered: done }, null, 2)}\n`);
  }
  if (!json) {
    const demo = options.issuer ? `npm run demo -- --issuer ${issuer}` : "the demo";
    const them = apps.length > 1 ? "them" : "it";
    const files = apps.map((name) => `${name}.env`).join(" and ");
    process.stdout.write(
      envDir === undefined
        ? `Remembered in ${data}: ${demo} uses ${them} from its next start on.
`
        : `Written for node --env-file, in ${envDir}: ${files}.
`,
    );
  }
  const asAsked = done.every(({ report }) => report.every(({ result }) => result === "accepted"));
  return options.strict && !asAsked ? 1 : 0;
}

function textOf(registered: AppRegistration, issuer: string): string {
  const { app, clientId, formerClientId, outcome, report } = registered;
  const kind = registered.public ? "public client" : "client";
  const at = `${app} is registered at ${issuer} as ${kind} ${clientId}`;
  if (report.length === 0) return `${at}: ${words[outcome](registered.changed)}.`;
  const former = formerClientId
    ? [`  Its earlier client ${formerClientId} is no longer used, but still registered there.`]
    : [];
  return [`${at}.`, ...former, ...table(report), ""].join("\n");
}

const words: Record<AppRegistration["outcome"], (changed: readonly string[]) => string> = {
  created: () => "created",
  updated: (changed) => `updated (${changed.join(", ")})`,
  unchanged: () => "unchanged",
  seeded: () => "when it starts, from OP_APPS in op.env",
};

const isExpected = (error: unknown): error is Error =>
  [CannotRun, UsageError, ConfigError].some((type) => error instanceof type);

process.exitCode = await main();
