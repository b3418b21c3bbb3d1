/** GET /session: who is logged in in this browser, for scripts and tests. Never a token. */
import type { Endpoint } from "./http.ts";
import { readSession } from "./session-cookie.ts";

export const sessionJson: Endpoint = async (request, rp) => {
  const session = await readSession(request.headers.get("cookie"), rp);
  const { login, ended } = session ?? {};
  const body = {
    user: login?.sub ?? null,
    sub: login?.sub ?? null,
    sid: login?.sid ?? null,
    iss: login?.iss ?? null,
    since: login ? new Date(login.since).toISOString() : null,
    sessionState: login?.sessionState ?? null,
    loggedOutBy: login ? null : (ended?.by ?? null),
  };
  return Response.json(body, { headers: { "cache-control": "no-store" } });
};
