/** Ends sessions: at a logout, on the sessions page, and when they expire. */
import type { OpenIdProvider } from "../open-id-provider.ts";
import { shortSid } from "../session-id.ts";
import type { StoredSession } from "../store/op-store.ts";
import { notifyClient } from "./backchannel-logout.ts";

/** A client that took part in a session, and the `sid` it got. */
export interface Participant {
  clientId: string;
  sid: string;
}

/** Ends the session and revokes its tokens, then notifies every client. In this order: a client that requests a silent
 * login while others are still being notified must not get back into the session that is ending.
 * @returns the clients, for front-channel logout; none if the session had already ended */
export async function endSession(op: OpenIdProvider, uid: string, by: string): Promise<Participant[]> {
  const session = op.store.takeSession(uid);
  if (!session) return []; // no user was signed in, or another request has ended it
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

/** The sid that all clients of a session share. */
export const sidOf = (session: Pick<StoredSession, "authorizations">): string | undefined =>
  Object.values(session.authorizations ?? {}).find(({ sid }) => sid)?.sid;

/** Removes expired data, and notifies the clients of expired sessions. */
export async function sweep(op: OpenIdProvider): Promise<void> {
  const expired = op.store.expiredSessions();
  // A session that was renewed under a new identifier leaves its old row behind; only the last row ends it.
  const over = expired.filter(({ uid }) => !op.store.sessionByUid(uid));
  const ended = over.map(({ uid }) => endSession(op, uid, "expiry"));
  op.store.sweepExpired();
  await Promise.all(ended);
}
