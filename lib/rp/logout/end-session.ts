/** Ends sessions of this app; the OP is not involved. */

import { endedEvents } from "../events.ts";
import type { EndedBy, Login, LoginAtProvider, RpSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** Ends that keep the session at the OP: the app remembers how to log out there. */
const atOpToo: readonly EndedBy[] = ["local", "sign-out", "refresh"];

/** Ends the session and records it; does nothing when no user is logged in. */
export async function endSession(
  { sessionId, login }: Pick<RpSession, "sessionId" | "login">,
  by: EndedBy,
  rp: RelyingParty,
  detail?: string,
): Promise<void> {
  const end = {
    ...{ by, at: rp.now() },
    ...(detail ? { detail } : {}),
    ...(login?.endSessionEndpoint && atOpToo.includes(by) ? { atProvider: leftAtProvider(login) } : {}),
  };
  const ended = await rp.store.endSession(sessionId, end);
  if (ended) await rp.record(...endedEvents([ended], end));
}

/** The ID Token alone: it is the hint of the logout request (RIL 2). */
const leftAtProvider = ({ iss, clientId, claims, tokens, endSessionEndpoint }: Login): LoginAtProvider => {
  const { idToken, encryptedIdToken, issuer } = tokens;
  const hint = { ...(idToken ? { idToken } : {}), ...(encryptedIdToken ? { encryptedIdToken } : {}) };
  return { iss, clientId, claims, endSessionEndpoint, tokens: { ...hint, issuer, clientId } };
};

/** The login that the user can still log out of at the OP after its end in this app. */
export const loginLeft = ({ ended, logout }: RpSession): LoginAtProvider | undefined =>
  logout?.result === "logged_out" ? undefined : ended?.atProvider;
