/** A probe that one check registers for itself, where the world's four do not do. */

import { probeHost } from "../probe/probe-set.ts";
import { type ProbeSettings, RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";

/** The check is built on the fields of `metadata`, so the OP must not leave any out. */
export type OwnProbe = Pick<ProbeSettings, "name" | "metadata" | "alg" | "decryption">;

/** Starts and registers it; it ends with the check. Skips the check where the OP does not register such a client. */
export async function ownProbe(trial: Trial, settings: OwnProbe): Promise<RelyingParty> {
  const probe = await ownProbeIfPossible(trial, settings);
  return typeof probe === "string" ? trial.skip(probe) : probe;
}

/** As `ownProbe`, but without skipping.
 * @returns the reason where there can be none */
export async function ownProbeIfPossible(trial: Trial, settings: OwnProbe): Promise<RelyingParty | string> {
  const { provider, context } = trial;
  if (!trial.register) return noRegistration(trial);
  const { serverHost } = context;
  const host = probeHost(settings.name, provider.issuer);
  const { without } = trial.rp("rp-a");
  const probe = new RelyingParty({ ...settings, host, serverHost, provider, without });
  await probe.recorder.listen();
  trial.afterwards(() => probe.recorder.close());
  try {
    probe.client = await trial.register(probe.metadata);
  } catch (error) {
    return `It needs a client of its own, which the OP did not register: ${messageOf(error)}`;
  }
  const missing = Object.keys(probe.own).filter((field) => probe.client.missing.includes(field));
  trial.note(`registered ${probe.name}`, { ...probe.own, missing: missing.join(" ") || "nothing" });
  if (missing.length > 0) return `The OP did not register ${missing.join(" and ")}.`;
  trial.extras.push(probe);
  return probe;
}

/** Skips a check that is about registration itself where clients are registered by hand. */
export function requireRegistration(trial: Trial): void {
  if (!trial.register) trial.skip(noRegistration(trial));
}

const noRegistration = ({ driver }: Trial): string =>
  driver.register
    ? "It needs a client of its own, and this run registers none."
    : `It needs a client of its own, and the driver ${driver.name} registers none.`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
