/** Sign-out with a library that forgets the browser's session at once: the logout at the OP comes after it. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Endpoint, seeOther } from "../http.ts";
import { endSession } from "../logout/end-session.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";
import { requestLogout, sendLogoutRequest } from "./logout.ts";

/** Ends the session here; its logout request waits for GET /signout. With the OP down there is none to wait. */
export async function signOut(sessionId: string, base: string, rp: RelyingParty): Promise<void> {
  const session = await rp.store.readSession(sessionId, rp.now());
  if (!session?.login) return;
  const { login } = session;
  try {
    if (login.endSessionEndpoint)
      await requestLogout(session, login, new URLSearchParams(), base, rp, "later");
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    rp.log.warn({ code: error.code }, error.message);
  }
  await endSession(session, "sign-out", rp);
}

/** GET /signout: sends the logout request that sign-out has left behind in this browser's session, once. */
export const sendSignOut: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const session = await readSession(request.headers.get("cookie"), rp);
  const waiting = session && (await rp.store.takeLogoutRequest(session.sessionId, rp.now()));
  return waiting ? sendLogoutRequest(waiting, base, rp) : seeOther(`${base}/`);
};
