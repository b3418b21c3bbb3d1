/** The latest logout requests that this app received, as pages show them. */
import { type LogoutEventType, logoutEvents, type ProtocolEvent } from "../events.ts";
import type { RelyingParty } from "../relying-party.ts";

/** How many of each type. */
const most: Readonly<Record<LogoutEventType, number>> = {
  logout_token: 5,
  logout_token_unverified: 2,
  frontchannel_logout: 3,
  frontchannel_logout_unverified: 2,
};

export type LogoutRequestEvent = ProtocolEvent<LogoutEventType>;

/** The newest first. */
export async function latestLogoutRequests({ store }: RelyingParty): Promise<LogoutRequestEvent[]> {
  const types = Object.values(logoutEvents).flat();
  const lists = await Promise.all(types.map((type) => store.listEvents(type, most[type])));
  return (lists.flat() as LogoutRequestEvent[]).sort((a, b) => b.seq - a.seq);
}
