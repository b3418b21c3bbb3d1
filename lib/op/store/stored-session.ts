/** A session as it is stored, and the clients that took part in it. */
import type { AdapterPayload } from "oidc-provider";

/** A stored session with a signed-in user. */
export type StoredSession = AdapterPayload & { jti: string; uid: string; accountId: string };

/** A client that took part in a session, and the `sid` it got. */
export interface Participant {
  clientId: string;
  sid: string;
}

export const participantsOf = ({ authorizations = {} }: StoredSession): Participant[] =>
  Object.entries(authorizations).flatMap(([clientId, { sid }]) => (sid ? [{ clientId, sid }] : []));

/** The sid that all clients of a session share. */
export const sidOf = (session: Pick<StoredSession, "authorizations">): string | undefined =>
  Object.values(session.authorizations ?? {}).find(({ sid }) => sid)?.sid;
