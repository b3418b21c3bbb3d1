/** What an OP can do: as discovery declares it, or as its driver knows it. */
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type Mechanism, mechanismNames, mechanisms } from "#lib/oidc/mechanisms.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { Driver, RegisteredClient } from "#lib/products/driver.ts";
import { type Channel, channels, logoutUri } from "./channels.ts";

/** What discovery must declare for each capability. */
export const declared: Readonly<Record<Capability, keyof Metadata & string>> = {
  "end-session": "end_session_endpoint",
  ...(Object.fromEntries(
    mechanismNames.map((mechanism) => [mechanism, mechanisms[mechanism].declaredBy]),
  ) as Record<Mechanism, keyof Metadata & string>),
  registration: "registration_endpoint",
};

/** What is known of an OP; a `Trial` is enough. */
interface Known {
  metadata: Metadata;
  driver: Pick<Driver, "undeclared">;
}

/** How a client was registered; a `RelyingParty` is enough. */
interface Registered {
  /** What it asked for. */
  metadata: ClientMetadata;
  client: Pick<RegisteredClient, "missing">;
  /** Channels that it did not ask for, from `--without`. */
  without: readonly Channel[];
}

/** Whether discovery declares the capability, or the driver knows it. */
export const has = ({ metadata, driver }: Known, capability: Capability): boolean =>
  Boolean(metadata[declared[capability]]) || driver.undeclared?.includes(capability) === true;

/** Why a capability does not work for a client: the OP lacks it, or did not register the client for it.
 * @returns undefined if it works */
export function lacks(
  known: Known,
  capability: Capability,
  rp: Pick<Registered, "client" | "without">,
): string | undefined {
  if (!has(known, capability)) return `Discovery declares no ${declared[capability]}.`;
  const channel = channels.find((each) => each === capability);
  if (channel === undefined) return undefined;
  const field = logoutUri(channel);
  if (rp.without.includes(channel)) return `You did not register ${field}, as --without ${channel} says.`;
  return rp.client.missing.includes(field) ? `The OP did not register ${field}.` : undefined;
}

/** Why a logout token for this client may lack a sid; undefined if it must have one (BCL 2.2). */
export function mayLackSid({ metadata, driver }: Known, rp: Registered): string | undefined {
  const { backchannel_logout_session_supported: supported } = metadata;
  // If discovery does not even declare back-channel logout, its silence about sid says nothing either.
  const isSilent = supported === undefined && driver.undeclared?.includes("back-channel");
  if (supported !== true && !isSilent) return "Discovery declares no backchannel_logout_session_supported.";
  if (rp.metadata.backchannel_logout_session_required !== true)
    return "It was registered without backchannel_logout_session_required.";
  return rp.client.missing.includes("backchannel_logout_session_required")
    ? "The OP did not register backchannel_logout_session_required."
    : undefined;
}

/** A list from the discovery document; empty if it is missing or not a list. */
export const listed = (values: unknown): unknown[] => (Array.isArray(values) ? values : []);
