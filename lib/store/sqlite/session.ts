/** RP sessions as rows of SQLite. */

import type { FormState, Login, RpSession, Tokens } from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import type { Database, Row } from "#lib/sqlite/database.ts";

/** An RP session without a login, created when there is something to keep. Call inside a transaction. */
export function saveVisit(
  db: Database,
  sessionId: string,
  column: "form" | "tokens",
  value: FormState | Tokens,
  now: number,
): void {
  db.run(
    `INSERT INTO sessions (session_id, created_at, expires_at, ${column}) VALUES (?, ?, ?, ?)
     ON CONFLICT (session_id) DO UPDATE SET ${column} = excluded.${column}`,
    sessionId,
    now,
    now + lifetime.visit,
    JSON.stringify(value),
  );
  db.run(
    `DELETE FROM sessions WHERE client_id IS NULL AND created_at <=
       (SELECT created_at FROM sessions WHERE client_id IS NULL ORDER BY created_at DESC LIMIT 1 OFFSET ?)`,
    limit.visits,
  );
}

/** Also drops the oldest sessions of the same user above `limit.sessionsOfUser`. Call inside a transaction.
 * @returns the ids of those */
export function insertSession(db: Database, session: RpSession, login: Login): string[] {
  db.run(
    `INSERT INTO sessions (session_id, created_at, expires_at, form, login, iss, sid, sub, client_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    session.sessionId,
    session.createdAt,
    session.expiresAt,
    session.form ? JSON.stringify(session.form) : null,
    JSON.stringify(login),
    login.iss,
    login.sid ?? null,
    login.sub,
    login.clientId,
  );
  const dropped = db.all(
    `DELETE FROM sessions WHERE iss = ?1 AND sub = ?2 AND rowid <= (SELECT rowid FROM sessions
       WHERE iss = ?1 AND sub = ?2 ORDER BY rowid DESC LIMIT 1 OFFSET ?3) RETURNING session_id`,
    login.iss,
    login.sub,
    limit.sessionsOfUser,
  );
  return dropped.map((row) => String(row.session_id));
}

export function sessionFrom(row: Row): RpSession {
  const parsed = (column: string) => (row[column] ? { [column]: JSON.parse(String(row[column])) } : {});
  return {
    sessionId: String(row.session_id),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...parsed("form"),
    ...parsed("login"),
    ...parsed("tokens"),
    ...parsed("ended"),
    ...parsed("logout"),
  };
}
