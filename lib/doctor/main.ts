/** `slo-playground doctor`. Exit code 0: no problem; 1: problems; 2: nothing could be examined. */
import { DemoError } from "#lib/cli/demo-error.ts";
import { UsageError } from "#lib/demo/options.ts";
import { consult, issuerOf } from "./consult.ts";
import { type DoctorOptions, doctorUsage, parseDoctorOptions } from "./options.ts";
import { findingsData, findingsView } from "./view.ts";

async function main(): Promise<number> {
  try {
    const options = parseDoctorOptions(process.argv.slice(2));
    if (options.help) {
      process.stdout.write(doctorUsage);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (!(error instanceof DemoError || error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

async function run(options: DoctorOptions): Promise<number> {
  const { app, json } = options;
  const issuer = issuerOf(options);
  const findings = await consult(options);
  process.stdout.write(
    json
      ? `${JSON.stringify({ issuer, app, findings: findingsData(findings) }, null, 2)}\n`
      : `${app} at ${issuer}\n\n${findingsView(findings, process.stdout)}`,
  );
  return findings.some(({ result }) => result === "problem") ? 1 : 0;
}

process.exitCode = await main();
