/** Ending one session of this app, whatever the OP thinks. */
import type { EndedBy, RpSession } from "#lib/store/types.ts";
import type { RelyingParty } from "./relying-party.ts";

/** Ends the session and records it; nothing happens when nobody is logged in. */
export async function endSession(
  { sessionId }: Pick<RpSession, "sessionId">,
  by: EndedBy,
  rp: RelyingParty,
  detail?: string,
): Promise<void> {
  const end = { by, at: rp.now(), ...(detail ? { detail } : {}) };
  const ended = await rp.store.endSession(sessionId, end);
  if (ended)
    await rp.record({ type: "session_ended", sessionId, data: { ...end, sub: ended.sub, sid: ended.sid } });
}
