/** GET /signout: sends the logout request that sign-out left waiting in this browser's session, once. */
import { type Endpoint, seeOther } from "../http.ts";
import { sendLogoutRequest } from "../logout/logout-request.ts";
import { baseUrlFor } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";

export const sendSignOut: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const session = await readSession(request.headers.get("cookie"), rp);
  const waiting = session && (await rp.store.takeLogoutRequest(session.sessionId, rp.now()));
  return waiting ? sendLogoutRequest(waiting, base, rp) : seeOther(`${base}/`);
};
