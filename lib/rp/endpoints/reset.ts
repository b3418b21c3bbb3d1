/** POST /reset: forgets everything this app knows about the browser; the OP is not notified. */

import { assertSameOrigin, type Endpoint, seeOther } from "../http.ts";
import { endSession } from "../logout/end-session.ts";
import { baseUrlFor } from "../relying-party.ts";
import { cookieName, readSession, setCookie } from "../session/session-cookie.ts";

export const reset: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const session = await readSession(request.headers.get("cookie"), rp);
  if (session) {
    await endSession(session, "reset", rp);
    await rp.store.deleteSession(session.sessionId);
  }
  return seeOther(`${base}/`, [setCookie(cookieName(rp, "session"), "", base, { maxAge: 0 })]);
};
