/** Logout of all sessions of a user in all browsers. No specification defines such a request, so this is an extension:
 * `everywhere=true` in a logout request, declared in the metadata. */
import { PageError } from "../edge.ts";
import type { Context, Next, OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";
import type { OpStore } from "../store/op-store.ts";
import type { Participant, StoredSession } from "../store/stored-session.ts";
import { endSessions } from "./end-session.ts";

/** For the OP's metadata. */
export const everywhereMetadata = { end_session_everywhere_supported: true };

/** Whether a logout request asks for it. */
export const isEverywhere = (ctx: Context): boolean => ctx.query.everywhere === "true";

/** Runs after posted requests have become GETs. */
export async function checkEverywhere(ctx: Context, next: Next): Promise<void> {
  if (ctx.path === endpointPaths.end_session && ctx.query.everywhere !== undefined && !isEverywhere(ctx)) {
    throw new PageError(
      400,
      "The parameter everywhere must be true.",
      "Omit it to end only the session of this browser. No session was ended.",
    );
  }
  await next();
}

/** The sessions of one user. A session stored under two identifiers counts once. */
export function sessionsOf(store: OpStore, accountId: string | undefined): StoredSession[] {
  const sessions = accountId === undefined ? [] : store.sessionsOf(accountId);
  return [...new Map(sessions.map((session) => [session.uid, session])).values()];
}

/** Ends all sessions of the user, each for all its clients.
 * @param session this browser's session
 * @returns its participants only: the other sessions are in other browsers */
export async function endEverywhere(
  op: OpenIdProvider,
  session: { uid: string; accountId?: string | undefined },
): Promise<Participant[]> {
  const uids = new Set([session.uid, ...sessionsOf(op.store, session.accountId).map(({ uid }) => uid)]);
  const [participants = []] = await endSessions(op, [...uids], "logout everywhere");
  return participants;
}
