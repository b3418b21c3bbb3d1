/** Ends sessions: at a logout, on the sessions page, and when they expire. */
import type { OpenIdProvider } from "../open-id-provider.ts";
import { shortSid } from "../session-id.ts";
import { type Participant, participantsOf, sidOf } from "../store/stored-session.ts";

/** Ends the session for all its clients.
 * @returns the clients, for front-channel logout; none if the session had already ended */
export async function endSession(op: OpenIdProvider, uid: string, by: string): Promise<Participant[]> {
  const [participants = []] = await endSessions(op, [uid], by);
  return participants;
}

/** Ends the sessions and revokes their tokens, then notifies every client. In this order: a client that requests a
 * silent login while others are still being notified must not get back into a session that is ending. Clients that do
 * not answer now are notified later.
 * @returns the clients of each */
export async function endSessions(
  op: OpenIdProvider,
  uids: readonly string[],
  by: string,
): Promise<Participant[][]> {
  const ended = op.store.endSessions(uids); // without those that another request has ended
  for (const { session } of ended)
    op.log.info(`session of ${session.accountId} (sid ${shortSid(sidOf(session))}) ended by ${by}`);
  await op.deliveries.deliver(ended.flatMap(({ deliveries }) => deliveries));
  const sessions = new Map(ended.map(({ session }) => [session.uid, participantsOf(session)]));
  return uids.map((uid) => sessions.get(uid) ?? []);
}

/** Expired sessions that are ended at once: other requests wait for it, some milliseconds at most. */
const perChunk = 10;

/** Ends expired sessions, and removes expired data. */
export async function sweep(op: OpenIdProvider): Promise<void> {
  while (!op.store.isClosed) {
    const uids = op.store.expiredSessions(perChunk);
    if (uids.length === 0) return op.store.sweepExpired();
    await endSessions(op, uids, "expiry");
  }
}
