/** RP sessions as rows of SQLite: a short one, which logouts need, and the data that only a page needs. Call inside a
 * transaction. */

import type { FormState, Login, RpSession, Tokens } from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import type { Database, Row } from "#lib/sqlite/database.ts";

export function readSession(db: Database, sessionId: string, now: number): RpSession | undefined {
  const row = db.get(
    "SELECT * FROM sessions LEFT JOIN session_data USING (id) WHERE session_id = ? AND expires_at > ?",
    sessionId,
    now,
  );
  return row && sessionFrom(row);
}

/** Ended sessions whose login and tokens are still to be erased. */
const toErase = "ended IS NOT NULL AND sub IS NOT NULL";

/** An RP session without a login, created when there is something to keep. */
export function saveVisit(
  db: Database,
  sessionId: string,
  column: "form" | "tokens",
  value: FormState | Tokens,
  now: number,
): void {
  erase(db, db.all(`SELECT id FROM sessions WHERE session_id = ? AND ${toErase}`, sessionId));
  db.run(
    `INSERT INTO sessions (session_id, created_at, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
    sessionId,
    now,
    now + lifetime.visit,
  );
  db.run(
    `INSERT INTO session_data (id, ${column}) SELECT id, ?2 FROM sessions WHERE session_id = ?1
     ON CONFLICT DO UPDATE SET ${column} = excluded.${column}`,
    sessionId,
    JSON.stringify(value),
  );
  db.run(
    `DELETE FROM sessions WHERE client_id IS NULL AND created_at <=
       (SELECT created_at FROM sessions WHERE client_id IS NULL ORDER BY created_at DESC LIMIT 1 OFFSET ?)`,
    limit.visits,
  );
}

/** Also drops the oldest sessions of the same user above `limit.sessionsOfUser`.
 * @returns the ids of those */
export function insertSession(db: Database, session: RpSession, login: Login): string[] {
  db.run(
    `INSERT INTO sessions
       (session_id, created_at, expires_at, iss, client_id, sid, sub, since, tokens_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    session.sessionId,
    session.createdAt,
    session.expiresAt,
    login.iss,
    login.clientId,
    login.sid ?? null,
    login.sub,
    login.since,
    tokenExpiry(login),
  );
  db.run(
    "INSERT INTO session_data (id, form, login) VALUES (last_insert_rowid(), ?, ?)",
    session.form ? JSON.stringify(session.form) : null,
    JSON.stringify(login),
  );
  const dropped = db.all(
    `DELETE FROM sessions WHERE iss = ?1 AND sub = ?2 AND ended IS NULL AND id <= (SELECT id FROM sessions
       WHERE iss = ?1 AND sub = ?2 AND ended IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?3) RETURNING session_id`,
    login.iss,
    login.sub,
    limit.sessionsOfUser,
  );
  return dropped.map((row) => String(row.session_id));
}

/** Keeps the data of a renewed login in the session of the same user.
 * @returns false if there is none */
export function renewSession(db: Database, sessionId: string, login: Login): boolean {
  const { sid = null, since, iss, sub } = login;
  const row = db.get(
    `UPDATE sessions SET sid = ?, since = ?, tokens_until = ?
     WHERE session_id = ? AND iss = ? AND sub = ? AND ended IS NULL RETURNING id`,
    ...[sid, since, tokenExpiry(login), sessionId, iss, sub],
  );
  if (!row) return false;
  db.run("UPDATE session_data SET login = ? WHERE id = ?", JSON.stringify(login), row.id ?? null);
  return true;
}

/** Erases what a logout has left of sessions.
 * @returns how many, `most` at most */
export function eraseEnded(db: Database, most: number): number {
  const rows = db.all(`SELECT id FROM sessions WHERE ${toErase} LIMIT ?`, most);
  erase(db, rows);
  return rows.length;
}

function erase(db: Database, rows: readonly Row[]): void {
  for (const { id = null } of rows) {
    db.run("UPDATE session_data SET login = NULL, tokens = NULL WHERE id = ?", id);
    db.run("UPDATE sessions SET sid = NULL, sub = NULL WHERE id = ?", id);
  }
}

/** Whatever an ID Token says, nothing is kept for longer than the lifetime of a session. */
const tokenExpiry = ({ claims, since }: Login): number =>
  Math.min(Math.ceil(claims.exp * 1000), since + lifetime.session);

function sessionFrom(row: Row): RpSession {
  const parsed = (column: string) => (row[column] ? { [column]: JSON.parse(String(row[column])) } : {});
  const isLive = row.ended === null || row.sub === null; // erased, and used again
  return {
    sessionId: String(row.session_id),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...parsed("form"),
    ...(isLive ? { ...parsed("login"), ...parsed("tokens") } : {}),
    ...parsed("ended"),
    ...parsed("logout"),
  };
}
