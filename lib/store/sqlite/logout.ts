/** How logouts find sessions in SQLite, including those whose login is not complete. Call inside a transaction. */

import type {
  EndedSession,
  Login,
  LogoutSelector,
  PastSession,
  ReceivedLogout,
  SessionEnd,
} from "#lib/rp/model.ts";
import { lifetime } from "#lib/rp/store.ts";
import type { Database, Row } from "./database.ts";

/** The sessions that a logout ends: of its issuer and audience, by `sid` or else by `sub`. */
export function selectSessions(db: Database, { iss, sid, sub, clientIds }: LogoutSelector): Row[] {
  const [column, value] = sid === undefined ? ["sub", sub] : ["sid", sid];
  return db.all(
    `SELECT * FROM sessions WHERE iss = ? AND ${column} = ? AND client_id IN (SELECT value FROM json_each(?))`,
    iss,
    value ?? null,
    JSON.stringify(clientIds),
  );
}

/** Removes the login from these sessions; what is left says how it ended. */
export function endSessions(db: Database, rows: Row[], end: SessionEnd): EndedSession[] {
  return rows.map((row) => {
    const login = JSON.parse(String(row.login)) as Login;
    const sessionId = String(row.session_id);
    db.run(
      "UPDATE sessions SET login = NULL, tokens = NULL, sid = NULL, sub = NULL, ended = ? WHERE session_id = ?",
      JSON.stringify({ ...end, livedMs: end.at - login.since } satisfies PastSession),
      sessionId,
    );
    return { sessionId, sub: login.sub, ...(login.sid ? { sid: login.sid } : {}), since: login.since };
  });
}

/** Remembers a logout for the logins that it has overtaken, until the tokens of its sessions have expired. */
export function rememberEnded(db: Database, logout: ReceivedLogout, ended: Row[], now: number): void {
  const { iss, clientIds, sid, sub, iat, end } = logout;
  const expiresAt = Math.max(now + lifetime.ended, ...ended.map(tokenExpiry));
  for (const clientId of clientIds) {
    db.run(
      `INSERT INTO ended (iss, client_id, kind, value, iat, end_by, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         iat = max(iat, excluded.iat), at = max(at, excluded.at), expires_at = max(expires_at, excluded.expires_at)`,
      iss,
      clientId,
      sid === undefined ? "sub" : "sid",
      sid ?? sub ?? null,
      iat,
      end.by,
      end.at,
      expiresAt,
    );
  }
}

/** The logout that overtook this login. A `sid` is ended for good. A `sub` is ended only for logins that were requested
 * before the logout arrived, and whose user has not authenticated again since.
 * @param startedAt when the authorization request was sent */
export function endedBefore(db: Database, login: Login, startedAt: number): SessionEnd | undefined {
  const { iss, clientId, sid, sub, claims } = login;
  const authenticatedAt = Number.isFinite(claims.auth_time) ? Number(claims.auth_time) : 0;
  const row = db.get(
    `SELECT end_by, at FROM ended WHERE iss = ?1 AND client_id = ?2 AND
       (kind = 'sid' AND value = ?3 OR kind = 'sub' AND value = ?4 AND at >= ?5 AND iat >= ?6)`,
    iss,
    clientId,
    sid ?? null,
    sub,
    startedAt,
    authenticatedAt,
  );
  return row && { by: row.end_by as SessionEnd["by"], at: Number(row.at) };
}

/** Whatever an ID Token says, nothing is kept for longer than the lifetime of a session. */
function tokenExpiry(row: Row): number {
  const { claims, since } = JSON.parse(String(row.login)) as Login;
  return Math.min(Math.ceil(claims.exp * 1000), since + lifetime.session);
}
