/** Ends sessions without a logout request: by the sessions page, and when they expire. */
import { type OpenIdProvider, shortSid } from "../open-id-provider.ts";
import type { StoredSession } from "../store/op-store.ts";
import { notifyClient } from "./backchannel-logout.ts";

/** Destroys a session and its tokens, then tells every client of it. In this order: a client that asks for a silent
 * login while others are still being notified must not be let back into the session that ends. */
export async function endSession(op: OpenIdProvider, session: StoredSession, by: string): Promise<void> {
  const authorizations = Object.entries(session.authorizations ?? {});
  op.store.destroySession(session.uid);
  for (const [, { grantId, persistsLogout }] of authorizations) {
    // What was granted with offline_access outlives the session (BCL 2.7).
    if (grantId && !persistsLogout) op.store.revokeGrant(grantId);
  }
  op.log.info(`session of ${session.accountId} (sid ${shortSid(sidOf(session))}) ended by ${by}`);
  await Promise.all(
    authorizations.map(
      ([clientId, { sid }]) => sid && notifyClient(op.provider, clientId, session.accountId, sid),
    ),
  );
}

/** The one sid that all clients of a session share. */
export const sidOf = (session: Pick<StoredSession, "authorizations">): string | undefined =>
  Object.values(session.authorizations ?? {}).find(({ sid }) => sid)?.sid;

/** Removes what has expired; clients of an expired session are told that it is over. */
export async function sweep(op: OpenIdProvider): Promise<void> {
  const expired = op.store.expiredSessions();
  op.store.sweepExpired();
  // A session that was renewed under a new identifier leaves its old row behind; only the last row ends it.
  const over = expired.filter(({ uid }) => !op.store.sessionByUid(uid));
  await Promise.all(over.map((session) => endSession(op, session, "expiry")));
}
