/** The channels that notify an app of a logout, and client metadata for some of them. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { mechanisms, type RegisteredMechanism, registeredMechanisms } from "#lib/oidc/mechanisms.ts";

export type Channel = RegisteredMechanism;
export const channels: readonly Channel[] = registeredMechanisms;

/** The client metadata field that registers a channel. */
export const logoutUri = (channel: Channel): string => mechanisms[channel].registeredBy[0];

/** The metadata without the fields of these channels (BCL 2.2, FCL 2). */
export function withoutChannels(metadata: ClientMetadata, without: readonly Channel[]): ClientMetadata {
  const omitted: string[] = without.flatMap((channel) => [...mechanisms[channel].registeredBy]);
  const kept = Object.entries(metadata).filter(([field]) => !omitted.includes(field));
  return Object.fromEntries(kept) as unknown as ClientMetadata;
}
