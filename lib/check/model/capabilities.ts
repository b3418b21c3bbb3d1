/** What an OP can do, asked in one way by all: as discovery declares it, or as its driver knows it. */

import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { Driver } from "#lib/products/driver.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import { channels, logoutUri } from "./channels.ts";

/** What discovery must declare for each capability. */
export const declared: Readonly<Record<Capability, keyof Metadata & string>> = {
  "end-session": "end_session_endpoint",
  "back-channel": "backchannel_logout_supported",
  "front-channel": "frontchannel_logout_supported",
  "session-management": "check_session_iframe",
  registration: "registration_endpoint",
};

/** What is known of an OP: a `Trial` is enough. */
interface Known {
  metadata: Metadata;
  driver: Pick<Driver, "undeclared">;
}

/** Whether the OP says, or its driver knows, that it has it. */
export const has = ({ metadata, driver }: Known, capability: Capability): boolean =>
  Boolean(metadata[declared[capability]]) || driver.undeclared?.includes(capability) === true;

/** Why a capability does nothing for a client: the OP has none, or did not register the client for it.
 * @returns undefined where it works */
export function lacks(known: Known, capability: Capability, rp: RelyingParty): string | undefined {
  if (!has(known, capability)) return `Discovery declares no ${declared[capability]}.`;
  const channel = channels.find((each) => each === capability);
  if (channel === undefined) return undefined;
  const field = logoutUri[channel];
  if (rp.without.includes(channel)) return `You did not register ${field}, as --without ${channel} says.`;
  return rp.client.missing.includes(field) ? `The OP did not register ${field}.` : undefined;
}

/** Why a logout token for this probe may have no sid; undefined where it must (BCL 2.2). */
export function mayLackSid({ metadata, driver }: Known, rp: RelyingParty): string | undefined {
  const { backchannel_logout_session_supported: supported } = metadata;
  // A driver that knows of undeclared back-channel logout knows a discovery document that has no word for any of it.
  const isSilent = supported === undefined && driver.undeclared?.includes("back-channel");
  if (supported !== true && !isSilent) return "Discovery declares no backchannel_logout_session_supported.";
  if (rp.metadata.backchannel_logout_session_required !== true)
    return "It was registered without backchannel_logout_session_required.";
  return rp.client.missing.includes("backchannel_logout_session_required")
    ? "The OP did not register backchannel_logout_session_required."
    : undefined;
}

/** A list of the discovery document; empty where there is none. */
export const listed = (values: unknown): unknown[] => (Array.isArray(values) ? values : []);
