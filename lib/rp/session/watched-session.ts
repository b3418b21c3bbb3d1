/** Which sessions the RP iframe can watch. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Login } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { readSession } from "./session-cookie.ts";

/** Session management needs a `session_state` from the login and the OP iframe's URL from the form. */
export const canBeWatched = (login: Login | undefined): login is Login & { sessionState: string } =>
  Boolean(login?.sessionState && login.checkSessionIframe);

/** The session of the browser that asks.
 * @throws {ProtocolError} when there is none that can be watched */
export async function watchedSession(request: Request, rp: RelyingParty) {
  const session = await readSession(request.headers.get("cookie"), rp);
  if (session && canBeWatched(session.login)) return { sessionId: session.sessionId, login: session.login };
  throw new ProtocolError(
    "invalid_request",
    "This browser has no session that session management can watch.",
  );
}
