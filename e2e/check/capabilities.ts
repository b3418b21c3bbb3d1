/** What an OP can do, asked in one way by all: as discovery declares it, or as its driver knows it. */
import type { Metadata } from "#lib/oidc/provider.ts";
import type { Capability } from "./check.ts";
import type { Driver } from "./driver.ts";
import type { RelyingParty } from "./relying-party.ts";

/** What discovery must declare for each capability. */
export const declared: Readonly<Record<Capability, keyof Metadata & string>> = {
  "end-session": "end_session_endpoint",
  "back-channel": "backchannel_logout_supported",
  "front-channel": "frontchannel_logout_supported",
  "session-management": "check_session_iframe",
  registration: "registration_endpoint",
};

/** What a client must have been registered with. */
const configured: Partial<Record<Capability, string>> = {
  "back-channel": "backchannel_logout_uri",
  "front-channel": "frontchannel_logout_uri",
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
  const field = configured[capability];
  return field && rp.client.missing.includes(field) ? `The OP did not register ${field}.` : undefined;
}
