/** A client of one check alone, for metadata that the probes of every world are not registered with. */

import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { RelyingParty } from "./relying-party.ts";
import type { Trial } from "./trial.ts";
import { probeHost } from "./world.ts";

/** Over the usual metadata; an undefined field is left out. */
export type MetadataOf = (rp: RelyingParty) => Readonly<Record<string, ClientMetadata[string] | undefined>>;

/** Starts a probe and registers it; both end with the check, as far as the OP lets clients go. Skips the check where
 * the driver registers no clients.
 * @returns undefined where the OP refuses this client */
export async function extraProbe(
  trial: Trial,
  name: string,
  metadataOf: MetadataOf,
): Promise<RelyingParty | undefined> {
  const { driver, provider, context } = trial;
  if (!driver.register) trial.skip("It needs a client of its own, and this driver registers none.");
  const rp = new RelyingParty({ name, host: probeHost(name, provider.issuer), provider });
  await rp.recorder.listen();
  trial.afterwards(() => rp.recorder.close());
  const all = Object.entries({ ...rp.metadata, ...metadataOf(rp) }).filter(
    ([, value]) => value !== undefined,
  );
  try {
    rp.client = await driver.register(Object.fromEntries(all) as unknown as ClientMetadata, context);
    return rp;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    trial.note(`${name} was not registered`, error.message);
    return undefined;
  }
}
