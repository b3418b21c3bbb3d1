/** Logout of all sessions of a user at once, in whatever browsers they are. No specification has a request for that, so
 * it is an extension: `everywhere=true` in a logout request, declared in the metadata. */
import { PageError } from "../edge.ts";
import type { Context, Next, OpenIdProvider } from "../open-id-provider.ts";
import { ENDPOINTS } from "../paths.ts";
import type { OpStore, StoredSession } from "../store/op-store.ts";
import { endSession, type Participant } from "./end-session.ts";

/** Of the OP's metadata. */
export const EVERYWHERE_SUPPORTED = { end_session_everywhere_supported: true };

export const isEverywhere = (ctx: Context): boolean => ctx.query.everywhere === "true";

/** Runs where posted requests have become GETs. */
export async function checkEverywhere(ctx: Context, next: Next): Promise<void> {
  if (ctx.path === ENDPOINTS.end_session && ctx.query.everywhere !== undefined && !isEverywhere(ctx)) {
    throw new PageError(
      400,
      "The parameter everywhere must be true.",
      "Leave it out to end the session of this browser only. Nothing was ended.",
    );
  }
  await next();
}

/** The sessions of one user. One that lies under two identifiers is one session. */
export function sessionsOf(store: OpStore, accountId: string | undefined): StoredSession[] {
  const sessions = store.sessions().filter((session) => session.accountId === accountId);
  return [...new Map(sessions.map((session) => [session.uid, session])).values()];
}

/** Ends them all, each for all its clients.
 * @param session the one of this browser
 * @returns its participants: those of the others are in other browsers */
export async function endEverywhere(
  op: OpenIdProvider,
  session: { uid: string; accountId?: string | undefined },
): Promise<Participant[]> {
  const uids = new Set([session.uid, ...sessionsOf(op.store, session.accountId).map(({ uid }) => uid)]);
  const [participants = []] = await Promise.all(
    [...uids].map((uid) => endSession(op, uid, "logout everywhere")),
  );
  return participants;
}
