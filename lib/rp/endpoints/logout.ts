/** POST and GET /logout: RP-initiated logout, the request (RIL 2) and the way back (RIL 3). */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { assertSameOrigin, type Endpoint, page, readForm, seeOther } from "../http.ts";
import { endSession, loginLeft } from "../logout/end-session.ts";
import { requestLogout, sendLogoutRequest } from "../logout/logout-request.ts";
import { outcomeBody, outcomeOf, titleOf } from "../logout/post-logout.ts";
import { otherApps } from "../other-apps.ts";
import { baseUrlFor } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";

/** The form's `scope` says what to end: `here` this app's session only, `everywhere` all sessions of the user, by default
 * this session of the OP, also after the one here has ended on its own. Except for `here`, the session stays until the OP
 * has ended its own: the user may still answer "No" there (RIL 2). */
export const logout: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const fields = await readForm(request);
  const session = await readSession(request.headers.get("cookie"), rp);
  const login = session && (session.login ?? loginLeft(session));
  if (!login) return seeOther(`${base}/`);
  const scope = fields.get("scope");
  if (scope === "everywhere" && !login.endSessionEndpoint) {
    throw new ProtocolError(
      "invalid_request",
      "You are still logged in. This login has no Logout Endpoint.",
      {
        help: "Log out here only, or sign in again with the Logout Endpoint filled in.",
      },
    );
  }
  if (scope === "here" || !login.endSessionEndpoint) {
    await endSession(session, "local", rp);
    return seeOther(`${base}/`);
  }
  return sendLogoutRequest(await requestLogout(session, login, fields, base, rp), base, rp);
};

/** Where the OP sends the browser after the logout: by redirect or by its button. */
export const postLogout: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const { searchParams } = new URL(request.url);
  const session = await readSession(request.headers.get("cookie"), rp);
  const outcome = await outcomeOf(searchParams, session, rp);
  const left = session && (await rp.store.readSession(session.sessionId, rp.now()));
  const title = titleOf(outcome, left);
  const body = outcomeBody(title, outcome, left, base, otherApps(base, rp));
  return page(rp, base, { title, body, hasForms: true });
};
