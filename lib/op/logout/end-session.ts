/** Ends sessions: by logout, by the sessions page, and when they expire. */
import { type OpenIdProvider, shortSid } from "../open-id-provider.ts";
import type { StoredSession } from "../store/op-store.ts";
import { notifyClient } from "./backchannel-logout.ts";

/** A client that took part in a session, and the `sid` it knows the session by. */
export interface Participant {
  clientId: string;
  sid: string;
}

/** Takes the session and its tokens away, then tells every client of it. In this order: a client that asks for a
 * silent login while others are still being notified must not be let back into the session that ends.
 * @returns whom the user's browser can tell as well, where there is one */
export async function endSession(op: OpenIdProvider, uid: string, by: string): Promise<Participant[]> {
  const session = op.store.takeSession(uid);
  if (!session) return []; // nobody was signed in to it, or another request has ended it
  const endedAt = new Date();
  op.store.revokeGrants(session.authorizations);
  op.log.info(`session of ${session.accountId} (sid ${shortSid(sidOf(session))}) ended by ${by}`);
  const participants = participantsOf(session);
  await Promise.all(
    participants.map(({ clientId, sid }) =>
      notifyClient(op.provider, clientId, session.accountId, sid, endedAt),
    ),
  );
  return participants;
}

const participantsOf = ({ authorizations = {} }: StoredSession): Participant[] =>
  Object.entries(authorizations).flatMap(([clientId, { sid }]) => (sid ? [{ clientId, sid }] : []));

/** The one sid that all clients of a session share. */
export const sidOf = (session: Pick<StoredSession, "authorizations">): string | undefined =>
  Object.values(session.authorizations ?? {}).find(({ sid }) => sid)?.sid;

/** Removes what has expired; clients of an expired session are told that it is over. */
export async function sweep(op: OpenIdProvider): Promise<void> {
  const expired = op.store.expiredSessions();
  // A session that was renewed under a new identifier leaves its old row behind; only the last row ends it.
  const over = expired.filter(({ uid }) => !op.store.sessionByUid(uid));
  const ended = over.map(({ uid }) => endSession(op, uid, "expiry"));
  op.store.sweepExpired();
  await Promise.all(ended);
}
