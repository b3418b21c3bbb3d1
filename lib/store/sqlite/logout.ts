/** How logouts find sessions in SQLite, including those whose login is not complete. Call inside a transaction. */

import type {
  EndedSession,
  Login,
  LogoutEffect,
  LogoutSelector,
  OpSession,
  PastSession,
  ReceivedLogout,
  SessionEnd,
} from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import type { Database, Row } from "#lib/sqlite/database.ts";

/** Remembers the `jti` and the logout, and ends the sessions. */
export function receiveLogout(db: Database, logout: ReceivedLogout, now: number): LogoutEffect | "replayed" {
  const { iss, jti, sub, replayableUntil, end } = logout;
  const sql = "INSERT INTO seen_jti (iss, jti, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
  if (db.run(sql, iss, jti, replayableUntil) === 0) return "replayed";
  const rows = selectSessions(db, logout);
  rememberEnded(db, logout, rows, now);
  const ended = endSessions(db, rows, end);
  return { ended, others: ended.length > 0 ? [] : listLogins(db, { iss, sub }, now) };
}

/** The columns of sessions that logouts need. */
const found = "SELECT id, session_id, client_id, sub, sid, since, tokens_until FROM sessions WHERE";

const bySid = (db: Database, iss: string, sid: string): Row[] =>
  db.all(`${found} iss = ? AND sid = ? AND ended IS NULL`, iss, sid);

/** The sessions that a logout ends, of its issuer and audience: that of the `sid`, and of the user those without a `sid`;
 * without `sid` in the logout, all of the user. */
function selectSessions(db: Database, { iss, sid, sub, clientIds }: LogoutSelector): Row[] {
  const named = sid === undefined ? [] : bySid(db, iss, sid);
  const bySub = sub === undefined ? [] : db.all(`${found} iss = ? AND sub = ? AND ended IS NULL`, iss, sub);
  const others = sid === undefined ? bySub : bySub.filter((row) => row.sid === null);
  return [...named, ...others].filter(({ client_id }) => clientIds.includes(String(client_id)));
}

/** Ends the session with this id, or those with this `sid`. */
export function endWhere(
  db: Database,
  which: { sessionId: string } | { iss: string; sid: string },
  end: SessionEnd,
): EndedSession[] {
  const rows =
    "sid" in which
      ? bySid(db, which.iss, which.sid)
      : db.all(`${found} session_id = ? AND sub IS NOT NULL AND ended IS NULL`, which.sessionId);
  return endSessions(db, rows, end);
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

/** Their login is erased later (`eraseEnded`). */
const endSessions = (db: Database, rows: Row[], end: SessionEnd): EndedSession[] =>
  rows.map(({ id = null, session_id, sub, sid, since }) => {
    const past = { ...end, livedMs: end.at - Number(since) } satisfies PastSession;
    db.run("UPDATE sessions SET ended = ? WHERE id = ?", JSON.stringify(past), id);
    return {
      sessionId: String(session_id),
      sub: String(sub),
      ...(sid ? { sid: String(sid) } : {}),
      since: Number(since),
    };
  });

/** Remembers a logout for the logins that it has overtaken, until the tokens of its sessions have expired. */
function rememberEnded(db: Database, logout: ReceivedLogout, ended: Row[], now: number): void {
  const { iss, clientIds, iat, end } = logout;
  const expiresAt = Math.max(now + lifetime.ended, ...ended.map(({ tokens_until }) => Number(tokens_until)));
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
  const sql = `SELECT client_id, sid FROM sessions ${which} AND iss = ?1 AND ended IS NULL AND expires_at > ?3 LIMIT ?4`;
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
