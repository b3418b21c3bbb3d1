/** GET /session: the user of this browser, for scripts and tests. */
import type { Endpoint } from "../http.ts";
import { readSession } from "../session/session-cookie.ts";
import { sessionView } from "../session/session-view.ts";

export const sessionJson: Endpoint = async (request, rp) => {
  const session = await readSession(request.headers.get("cookie"), rp);
  return Response.json(sessionView(session), { headers: { "cache-control": "no-store" } });
};
