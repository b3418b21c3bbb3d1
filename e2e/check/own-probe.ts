/** A probe that one check registers for itself, where the world's four do not do. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type ProbeSettings, RelyingParty } from "./relying-party.ts";
import type { Trial } from "./trial.ts";
import { probeHost } from "./world.ts";

export interface OwnProbe extends Pick<ProbeSettings, "alg" | "decryption"> {
  name: string;
  /** Over the usual metadata. The check is built on these fields, so the OP must not leave any out. */
  metadata?: (probe: RelyingParty) => Record<string, unknown>;
}

/** Starts and registers it; it ends with the check. Skips the check where the OP does not register such a client. */
export async function ownProbe(trial: Trial, settings: OwnProbe): Promise<RelyingParty> {
  const probe = await ownProbeIfPossible(trial, settings);
  return typeof probe === "string" ? trial.skip(probe) : probe;
}

/** As `ownProbe`, but without skipping.
 * @returns the reason where there can be none */
export async function ownProbeIfPossible(
  trial: Trial,
  { name, metadata = () => ({}), ...settings }: OwnProbe,
): Promise<RelyingParty | string> {
  const { driver, provider, context } = trial;
  if (!driver.register) return `It needs a client of its own, and the driver ${driver.name} registers none.`;
  const probe = new RelyingParty({ name, host: probeHost(name, provider.issuer), provider, ...settings });
  await probe.recorder.listen();
  trial.afterwards(() => probe.recorder.close());
  const more = metadata(probe);
  try {
    probe.client = await driver.register({ ...probe.metadata, ...more } as ClientMetadata, context);
  } catch (error) {
    return `It needs a client of its own, which the OP did not register: ${messageOf(error)}`;
  }
  const missing = Object.keys(more).filter((field) => probe.client.missing.includes(field));
  trial.note(`registered ${name}`, { ...more, missing: missing.join(" ") || "nothing" });
  if (missing.length > 0) return `The OP did not register ${missing.join(" and ")}.`;
  return probe;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
