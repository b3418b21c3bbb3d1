/** The two channels that notify an app of a logout, and client metadata for one or both of them. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type Mechanism, mechanisms } from "#lib/oidc/mechanisms.ts";

export const channels = ["back-channel", "front-channel"] as const satisfies Mechanism[];
export type Channel = (typeof channels)[number];

/** The client metadata field that registers a channel. */
export const logoutUri = (channel: Channel): string => mechanisms[channel].registeredBy[0];

/** The metadata without the fields of these channels (BCL 2.2, FCL 2). */
export function withoutChannels(metadata: ClientMetadata, without: readonly Channel[]): ClientMetadata {
  const omitted: string[] = without.flatMap((channel) => [...mechanisms[channel].registeredBy]);
  const kept = Object.entries(metadata).filter(([field]) => !omitted.includes(field));
  return Object.fromEntries(kept) as unknown as ClientMetadata;
}
