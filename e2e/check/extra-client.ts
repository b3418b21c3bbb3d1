/** A client that one check needs beside those of its world. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type MoreMetadata, RelyingParty } from "./relying-party.ts";
import type { Trial } from "./trial.ts";
import { probeHost } from "./world.ts";

/** Starts and registers a probe that is gone when the check has ended. Skips the check where the OP does not register
 * it. What the OP left out of the metadata is in `client.missing`.
 * @param name its host, as `rp-a` is one
 * @param metadata over the usual */
export async function extraProbe(trial: Trial, name: string, metadata: MoreMetadata): Promise<RelyingParty> {
  const { driver, context, provider } = trial;
  if (!driver.register) {
    trial.skip(`The driver ${driver.name} registers no clients, and this needs one of its own.`);
  }
  const rp = new RelyingParty({ name, host: probeHost(name, provider.issuer), provider, metadata });
  await rp.recorder.listen();
  trial.afterwards(() => rp.recorder.close());
  try {
    rp.client = await driver.register(rp.metadata, context);
  } catch (error) {
    if (error instanceof ProtocolError) trial.skip(`The OP registers no such client: ${error.message}`);
    throw error;
  }
  trial.extras.push(rp);
  return rp;
}

/** The same, where the check is about these fields: skipped unless the OP has registered them all. */
export async function clientWith(
  trial: Trial,
  name: string,
  metadata: MoreMetadata,
  ...fields: string[]
): Promise<RelyingParty> {
  const rp = await extraProbe(trial, name, metadata);
  const missing = fields.filter((field) => rp.client.missing.includes(field));
  if (missing.length > 0) trial.skip(`The OP did not register ${missing.join(", ")}.`);
  return rp;
}
