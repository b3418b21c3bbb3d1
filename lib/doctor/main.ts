/** `slo-playground doctor`. */
import { unlessInterrupted } from "#lib/cli/interruption.ts";
import { runCommand } from "#lib/cli/run.ts";
import { visible } from "#lib/net/foreign-text.ts";
import { consult, issuerOf } from "./consult.ts";
import { commandLine, type DoctorOptions, parseDoctorOptions } from "./options.ts";
import { findingsData, findingsView } from "./view.ts";

async function run(options: DoctorOptions): Promise<number> {
  const { app, json } = options;
  const issuer = issuerOf(options);
  const findings = await consult(options);
  process.stdout.write(
    json
      ? `${visible(JSON.stringify({ issuer, app, findings: findingsData(findings) }, null, 2))}\n`
      : `${app} at ${issuer}\n\n${findingsView(findings, process.stdout)}`,
  );
  return findings.some(({ result }) => result === "problem") ? 1 : 0;
}

process.exitCode = await runCommand({
  name: "doctor",
  commandLine,
  parse: parseDoctorOptions,
  run: (options, signal) => unlessInterrupted(signal, run(options)),
});
