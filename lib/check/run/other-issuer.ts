/** Another issuer (realm, tenant) of the server that is checked, where the same users are. */
import { type Fetch, type Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { DriverContext } from "#lib/products/driver.ts";
import { lacks } from "../model/capabilities.ts";
import { probeHost } from "../probe/probe-set.ts";
import { RelyingParty } from "../probe/relying-party.ts";
import { reach } from "./reach.ts";
import type { Trial } from "./trial.ts";

export interface OtherIssuer {
  provider: OpenIdProvider;
  metadata: Metadata;
  context: DriverContext;
}

/** That of a run, reached or started when a check first asks; a text says why there is none. */
export type OtherIssuerOfRun = () => Promise<OtherIssuer | string>;

/** @param context of the issuer that is checked
 * @throws {CannotRun} where there is no OpenID Provider of this issuer */
export async function otherIssuerAt(issuer: string, context: DriverContext): Promise<OtherIssuer> {
  const fetch = context.fetch as Fetch;
  const provider = new OpenIdProvider(issuer, { fetch, now: Date.now });
  const metadata = await reach(provider, fetch);
  return { provider, metadata, context: { ...context, issuer, metadata } };
}

/** A probe there, for this check alone. Skips the check where the run has no other issuer, or it registers no such
 * client. */
export async function probeAtOther(trial: Trial): Promise<RelyingParty> {
  const { provider, metadata, context } = await trial.otherIssuer();
  const { driver } = trial;
  if (!driver.register || !trial.register)
    return trial.skip("It needs a client at the other issuer, and this run registers none.");
  const name = "rp-other";
  const host = probeHost(name, provider.issuer);
  const probe = new RelyingParty({ name, host, serverHost: context.serverHost, provider });
  await probe.recorder.listen();
  trial.afterwards(() => probe.recorder.close());
  try {
    probe.client = await driver.register(probe.metadata, context);
  } catch (error) {
    return trial.skip(`${provider.issuer} did not register a client: ${(error as Error).message}`);
  }
  trial.afterwards(() => probe.client.remove?.());
  trial.extras.push(probe);
  trial.note(`registered ${name}`, { issuer: provider.issuer, missing: probe.client.missing.join(" ") });
  const deaf = lacks({ metadata, driver }, "back-channel", probe);
  return deaf ? trial.skip(`${provider.issuer}: ${deaf}`) : probe;
}
