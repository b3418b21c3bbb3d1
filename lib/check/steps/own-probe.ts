/** Probes that one check registers for itself, in addition to those of its probe set. */
import { lacks } from "../model/capabilities.ts";
import { probeHost } from "../probe/probe-set.ts";
import { type ProbeSettings, RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";

/** The check relies on every field of `metadata`, so the OP must register them all. */
type OwnProbe = Pick<ProbeSettings, "name" | "metadata" | "alg" | "decryption">;

/** Starts and registers a probe that ends with the check. Skips the check if the OP does not register such a client. */
export async function ownProbe(trial: Trial, settings: OwnProbe): Promise<RelyingParty> {
  const probe = await ownProbeIfPossible(trial, settings);
  return typeof probe === "string" ? trial.report.skip(probe) : probe;
}

/** As `ownProbe`, but without skipping.
 * @returns the probe, or why there is none */
export async function ownProbeIfPossible(trial: Trial, settings: OwnProbe): Promise<RelyingParty | string> {
  const { provider, context } = trial;
  if (!trial.register) return noRegistration(trial);
  const { serverHost } = context;
  const host = probeHost(settings.name, provider.issuer);
  const { without } = trial.rp("rp-a");
  const probe = new RelyingParty({ ...settings, host, serverHost, provider, without });
  await probe.recorder.listen();
  context.apps?.add(new URL(probe.base).origin);
  trial.afterwards(() => probe.recorder.close());
  try {
    probe.client = await trial.register(probe.metadata);
  } catch (error) {
    return `It needs a client of its own, which the OP did not register: ${messageOf(error)}`;
  }
  const missing = Object.keys(probe.own).filter((field) => probe.client.missing.includes(field));
  trial.report.note(`registered ${probe.name}`, { ...probe.own, missing: missing.join(" ") || "nothing" });
  if (missing.length > 0) return `The OP did not register ${missing.join(" and ")}.`;
  trial.addProbe(probe);
  return probe;
}

/** Skips a check of registration itself if clients are registered by hand. */
export function requireRegistration(trial: Trial): void {
  if (!trial.register) trial.report.skip(noRegistration(trial));
}

const noRegistration = ({ driver }: Trial): string =>
  driver.register
    ? "It needs a client of its own, and this run registers none."
    : `It needs a client of its own, and the driver ${driver.name} registers none.`;

/** A probe at the other issuer that ends with the check. Skips the check if the run has no other issuer, or that does not
 * register such a client. */
export async function probeAtOtherIssuer(trial: Trial): Promise<RelyingParty> {
  const { provider, metadata, context } = await trial.otherIssuer();
  const { driver, report } = trial;
  if (!driver.register || !trial.register)
    return report.skip("It needs a client at the other issuer, and this run registers none.");
  const name = "rp-other";
  const host = probeHost(name, provider.issuer);
  const probe = new RelyingParty({ name, host, serverHost: context.serverHost, provider });
  await probe.recorder.listen();
  context.apps?.add(new URL(probe.base).origin);
  trial.afterwards(() => probe.recorder.close());
  try {
    probe.client = await driver.register(probe.metadata, context);
  } catch (error) {
    return report.skip(`${provider.issuer} did not register a client: ${messageOf(error)}`);
  }
  trial.afterwards(() => probe.client.remove?.());
  trial.addProbe(probe);
  report.note(`registered ${name}`, { issuer: provider.issuer, missing: probe.client.missing.join(" ") });
  const why = lacks({ metadata, driver }, "back-channel", probe);
  return why ? report.skip(`${provider.issuer}: ${why}`) : probe;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
