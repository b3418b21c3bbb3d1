/** The capabilities of the OP: declared, configured, observed. */
import { type Capability, capabilities } from "#lib/oidc/capabilities.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { RegisteredClient } from "#lib/products/driver.ts";
import { declared } from "../model/capabilities.ts";
import { channels, logoutUri } from "../model/channels.ts";
import type { CheckResult } from "../model/check.ts";
import type { CapabilityReport } from "./report.ts";

/** The checks that prove a capability by passing. */
const witnesses: Readonly<Record<Exclude<Capability, "registration">, readonly string[]>> = {
  "end-session": ["R-01"],
  "back-channel": ["B-01"],
  "front-channel": ["F-01"],
  "session-management": ["S-05"],
};

/** The client metadata that configures a capability (RIL 3.1, BCL 2.2, FCL 2). Session Management has none, so
 * registration says nothing about it. */
const configuredBy: Partial<Record<Capability, string>> = {
  "end-session": "post_logout_redirect_uris",
  ...Object.fromEntries(channels.map((channel) => [channel, logoutUri(channel)])),
};

/** The outcome of registration. */
export interface Registration {
  /** The client that asked for everything; absent if it was registered by hand or not at all. */
  client?: Pick<RegisteredClient, "missing"> | undefined;
  /** Whether the run has registered a client at the registration endpoint. */
  dynamic: boolean;
}

/** @param results of all checks of the run */
export function capabilitiesOf(
  metadata: Metadata,
  results: readonly CheckResult[],
  { client, dynamic }: Registration,
): CapabilityReport[] {
  const isObserved = (id: string) =>
    results.some((result) => result.id === id && /pass|warn/.test(result.verdict));
  return capabilities.map((capability) => {
    const isDeclared = Boolean(metadata[declared[capability]]);
    const observed = capability === "registration" ? dynamic : witnesses[capability].some(isObserved);
    const field = configuredBy[capability];
    const known = field && client ? !client.missing.includes(field) : "not known";
    // An observed capability was configured, whatever the registration response said.
    return { capability, declared: isDeclared, configured: observed || known, observed };
  });
}
