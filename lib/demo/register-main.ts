/** `slo-playground register`. Exit code 0: registered; 1: `--strict` and a field was not accepted; 2: not registered. */
import { ConfigError } from "#lib/config/env.ts";
import { embeddedIssuer } from "./apps.ts";
import { DemoError } from "./demo-error.ts";
import { UsageError } from "./options.ts";
import { type AppRegistration, registerApps } from "./register.ts";
import { parseRegisterOptions, type RegisterOptions, registerUsage } from "./register-options.ts";
import { table } from "./registration-view.ts";

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
  const { apps, data, json, ports, https } = options;
  const issuer = options.issuer ?? embeddedIssuer(ports, https);
  const done: AppRegistration[] = [];
  try {
    await registerApps(options, (registered) => {
      done.push(registered);
      if (!json) process.stdout.write(textOf(registered, issuer));
    });
  } finally {
    if (json) process.stdout.write(`${JSON.stringify({ issuer, registered: done }, null, 2)}\n`);
  }
  if (!json) {
    const demo = options.issuer ? `npm run demo -- --issuer ${issuer}` : "the demo";
    const them = apps.length > 1 ? "them" : "it";
    process.stdout.write(`Remembered in ${data}: ${demo} uses ${them} from its next start on.\n`);
  }
  const asAsked = done.every(({ report }) => report.every(({ result }) => result === "accepted"));
  return options.strict && !asAsked ? 1 : 0;
}

function textOf({ app, clientId, formerClientId, report }: AppRegistration, issuer: string): string {
  const former = formerClientId
    ? [`  Its earlier client ${formerClientId} is not used any more, but still registered there.`]
    : [];
  const lines = [`${app} is registered at ${issuer} as client ${clientId}.`, ...former, ...table(report), ""];
  return `${lines.join("\n")}\n`;
}

const isExpected = (error: unknown): error is Error =>
  [DemoError, UsageError, ConfigError].some((type) => error instanceof type);

process.exitCode = await main();
