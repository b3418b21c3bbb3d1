/** What a browser may know about its own session: never a token. */
import type { EndedBy, RpSession } from "../model.ts";

export interface SessionView {
  user: string | null;
  sub: string | null;
  sid: string | null;
  iss: string | null;
  /** When the session began, as an ISO date. */
  since: string | null;
  sessionState: string | null;
  /** What ended the last session of this browser; null while a user is logged in. */
  loggedOutBy: EndedBy | null;
}

export function sessionView(session: RpSession | undefined): SessionView {
  const { login, ended } = session ?? {};
  return {
    user: login?.sub ?? null,
    sub: login?.sub ?? null,
    sid: login?.sid ?? null,
    iss: login?.iss ?? null,
    since: login ? new Date(login.since).toISOString() : null,
    sessionState: login?.sessionState ?? null,
    loggedOutBy: login ? null : (ended?.by ?? null),
  };
}

/** Names the state of a session: a different state has a different name. */
export function sessionVersion(session: RpSession | undefined): string {
  if (session?.login) return `since-${session.login.since}`;
  return session?.ended ? `ended-${session.ended.at}` : "none";
}
