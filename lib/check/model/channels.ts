/** The two channels that notify an app of a logout, and client metadata for one or both of them. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";

export const channels = ["back-channel", "front-channel"] as const;
export type Channel = (typeof channels)[number];

/** The client metadata field that registers a channel. */
export const logoutUri: Readonly<Record<Channel, string>> = {
  "back-channel": "backchannel_logout_uri",
  "front-channel": "frontchannel_logout_uri",
};

/** The metadata without the fields of these channels (BCL 2.2, FCL 2). */
export function withoutChannels(metadata: ClientMetadata, without: readonly Channel[]): ClientMetadata {
  const isOf = (field: string) => (channel: Channel) =>
    field.startsWith(`${channel.replace("-", "")}_logout_`);
  const kept = Object.entries(metadata).filter(([field]) => !without.some(isOf(field)));
  return Object.fromEntries(kept) as unknown as ClientMetadata;
}
