/** Another issuer (realm, tenant) of the same server, with the same users. */
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { type Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { DriverContext } from "#lib/products/driver.ts";
import { reach } from "./reach.ts";

export interface OtherIssuer {
  provider: OpenIdProvider;
  metadata: Metadata;
  context: DriverContext;
}

/** The other issuer of a run, reached or started when a check first needs it; a text says why there is none. */
export type LazyOtherIssuer = () => Promise<OtherIssuer | string>;

/** @param context of the issuer that is checked
 * @throws {CannotRun} if there is no OpenID Provider with this issuer */
export async function otherIssuerAt(issuer: string, context: DriverContext): Promise<OtherIssuer> {
  const fetch = context.fetch as Fetch;
  const provider = new OpenIdProvider(issuer, { fetch, now: Date.now });
  const metadata = await reach(provider, fetch);
  return { provider, metadata, context: { ...context, issuer, metadata } };
}
