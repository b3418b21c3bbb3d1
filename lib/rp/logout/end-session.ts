/** Ends sessions of this app; the OP is not involved. */
import type { EndedBy, EndedSession, RpSession, SessionEnd } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** Ends the session and records it; does nothing when no user is logged in. */
export async function endSession(
  { sessionId }: Pick<RpSession, "sessionId">,
  by: EndedBy,
  rp: RelyingParty,
  detail?: string,
): Promise<void> {
  const end = { by, at: rp.now(), ...(detail ? { detail } : {}) };
  const ended = await rp.store.endSession(sessionId, end);
  if (ended) await recordEnded([ended], end, rp);
}

/** Records sessions that the store has ended. */
export async function recordEnded(
  sessions: EndedSession[],
  end: SessionEnd,
  rp: RelyingParty,
): Promise<void> {
  for (const { sessionId, sub, sid, since } of sessions) {
    const data = { ...end, sub, sid, livedMs: end.at - since };
    await rp.record({ type: "session_ended", sessionId, data });
  }
}
