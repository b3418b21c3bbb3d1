/** Ending one session of this app, whatever the OP thinks. */
import type { EndedBy, RpSession } from "#lib/store/types.ts";
import type { RelyingParty } from "./relying-party.ts";

/** Ends the session and records it; nothing happens when nobody is logged in. */
export async function endSession({ sessionId }: RpSession, by: EndedBy, rp: RelyingParty): Promise<void> {
  const ended = await rp.store.endSession(sessionId, { by, at: rp.now() });
  if (ended)
    await rp.record({ type: "session_ended", sessionId, data: { by, sub: ended.sub, sid: ended.sid } });
}
