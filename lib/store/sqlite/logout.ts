/** How logouts find sessions in SQLite, including those whose login is not complete. Call inside a transaction. */

import type {
  EndedSession,
  Login,
  LogoutSelector,
  OpSession,
  PastSession,
  ReceivedLogout,
  SessionEnd,
} from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import type { Database, Row } from "#lib/sqlite/database.ts";

/** The sessions that a logout ends, of its issuer and audience. */
export function selectSessions(db: Database, { iss, sid, sub, clientIds }: LogoutSelector): Row[] {
  return db.all(
    // Not one condition with OR, for which SQLite would read all sessions of the issuer.
    `SELECT * FROM sessions WHERE iss = ?1 AND sid = ?2 AND client_id IN (SELECT value FROM json_each(?4))
     UNION ALL SELECT * FROM sessions WHERE iss = ?1 AND sub = ?3 AND (sid IS NULL OR ?2 IS NULL)
       AND client_id IN (SELECT value FROM json_each(?4))`,
    iss,
    sid ?? null,
    sub ?? null,
    JSON.stringify(clientIds),
  );
}

/** What a logout ends besides its sessions: logins whose callback is still running. */
function endedOnes({ sid, sub }: LogoutSelector): [kind: "sid" | "sub" | "sub-without-sid", value: string][] {
  if (sid === undefined) return [["sub", sub ?? ""]];
  return sub === undefined
    ? [["sid", sid]]
    : [
        ["sid", sid],
        ["sub-without-sid", sub],
      ];
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
  const { iss, clientIds, iat, end } = logout;
  const expiresAt = Math.max(now + lifetime.ended, ...ended.map(tokenExpiry));
  for (const [clientId, [kind, value]] of clientIds.flatMap((id) =>
    endedOnes(logout).map((one) => [id, one] as const),
  )) {
    db.run(
      `INSERT INTO logouts (iss, client_id, kind, value, iat, end_by, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         iat = max(iat, excluded.iat), at = max(at, excluded.at), expires_at = max(expires_at, excluded.expires_at)`,
      iss,
      clientId,
      kind,
      value,
      iat,
      end.by,
      end.at,
      expiresAt,
    );
  }
}

/** The logout that overtook this login: the login was requested before it arrived, and the user has not authenticated
 * again since. `iat` proves no authentication: a code may be redeemed after the logout.
 * @param startedAt when the authorization request was sent */
export function endedBefore(db: Database, login: Login, startedAt: number): SessionEnd | undefined {
  const { iss, clientId, sid, sub, claims } = login;
  const authenticatedAt = Number.isFinite(claims.auth_time) ? Number(claims.auth_time) : 0;
  const row = db.get(
    `SELECT end_by, at FROM logouts WHERE iss = ?1 AND client_id = ?2 AND at >= ?5 AND iat >= ?6 AND
       (kind, value) IN (VALUES ('sid', ?3), ('sub', ?4), ('sub-without-sid', iif(?3 IS NULL, ?4, NULL)))`,
    iss,
    clientId,
    sid ?? null,
    sub,
    startedAt,
    authenticatedAt,
  );
  return row && endFrom(row);
}

/** The logins of a user; without `sub`, those without a `sid`. */
export function listLogins(
  db: Database,
  { iss, sub }: { iss: string; sub?: string | undefined },
  now: number,
): OpSession[] {
  const which =
    sub === undefined
      ? "INDEXED BY sessions_without_sid WHERE sid IS NULL AND sub IS NOT NULL"
      : "WHERE sub = ?2";
  const sql = `SELECT client_id, sid FROM sessions ${which} AND iss = ?1 AND expires_at > ?3 LIMIT ?4`;
  return db.all(sql, iss, sub ?? null, now, limit.listedLogins).map(({ client_id, sid }) => ({
    iss,
    clientId: String(client_id),
    ...(sid ? { sid: String(sid) } : {}),
  }));
}

/** The latest logout of this `sid`. */
export function endOf(db: Database, { iss, clientId, sid }: OpSession): SessionEnd | undefined {
  const sql = "SELECT end_by, at FROM logouts WHERE iss = ? AND client_id = ? AND kind = 'sid' AND value = ?";
  const row = db.get(sql, iss, clientId, sid ?? null);
  return row && endFrom(row);
}

const endFrom = (row: Row): SessionEnd => ({ by: row.end_by as SessionEnd["by"], at: Number(row.at) });

/** Whatever an ID Token says, nothing is kept for longer than the lifetime of a session. */
function tokenExpiry(row: Row): number {
  const { claims, since } = JSON.parse(String(row.login)) as Login;
  return Math.min(Math.ceil(claims.exp * 1000), since + lifetime.session);
}
