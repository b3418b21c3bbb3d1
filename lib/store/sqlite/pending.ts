/** Pending requests to the OP, in SQLite. */
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { PendingLogin, PendingLogout, WaitingLogout } from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import type { Database, Row } from "#lib/sqlite/database.ts";

/** Also drops the oldest above the limits: of this browser, then of browsers without a session, then of all. Call inside a
 * transaction. */
export function savePendingLogin(db: Database, pending: PendingLogin): void {
  db.run(
    "INSERT INTO pending_logins (state, iss, client_id, data, expires_at) VALUES (?, ?, ?, ?, ?)",
    pending.state,
    pending.issuer,
    pending.clientId,
    JSON.stringify(pending),
    pending.startedAt + lifetime.pendingLogin,
  );
  if (pending.browser !== undefined)
    db.run(
      `DELETE FROM pending_logins WHERE data ->> 'browser' = ?1 AND rowid <= (SELECT rowid FROM pending_logins
         WHERE data ->> 'browser' = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2)`,
      pending.browser,
      limit.pendingLoginsOfBrowser,
    );
  db.run(
    `DELETE FROM pending_logins WHERE rowid IN (SELECT rowid FROM pending_logins
       ORDER BY data ->> 'browser' IS NOT NULL, expires_at
       LIMIT max(0, (SELECT count(*) FROM pending_logins) - ?))`,
    limit.pendingLogins,
  );
}

/** Undefined if the request is unknown, expired or already answered. */
export function readPendingLogin(db: Database, state: string, now: number): PendingLogin | undefined {
  const sql = "SELECT data FROM pending_logins WHERE state = ? AND expires_at > ? AND NOT taken";
  return pendingFrom(db.get(sql, state, now));
}

/** Marks the request as answered, so that its `state` works once; undefined as for `readPendingLogin`. */
export function takePendingLogin(db: Database, state: string, now: number): PendingLogin | undefined {
  const sql =
    "UPDATE pending_logins SET taken = 1 WHERE state = ? AND expires_at > ? AND NOT taken RETURNING data";
  return pendingFrom(db.get(sql, state, now));
}

const pendingFrom = (row: Row | undefined): PendingLogin | undefined =>
  row && (JSON.parse(String(row.data)) as PendingLogin);

/** Also drops the oldest above the limits. Call inside a transaction. */
export function savePendingLogout(db: Database, pending: PendingLogout | WaitingLogout, now: number): void {
  const request = "request" in pending ? JSON.stringify(pending.request) : null;
  if (request) db.run("UPDATE pending_logouts SET request = NULL WHERE session_id = ?", pending.sessionId);
  const sql =
    "INSERT OR REPLACE INTO pending_logouts (state, session_id, request, expires_at) VALUES (?, ?, ?, ?)";
  db.run(sql, pending.state, pending.sessionId, request, now + lifetime.pendingLogout);
  db.run(
    `DELETE FROM pending_logouts WHERE session_id = ?1 AND rowid <= (SELECT rowid FROM pending_logouts
       WHERE session_id = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2)`,
    pending.sessionId,
    limit.pendingLogoutsOfSession,
  );
  db.run(
    `DELETE FROM pending_logouts WHERE rowid <=
       (SELECT rowid FROM pending_logouts ORDER BY rowid DESC LIMIT 1 OFFSET ?)`,
    limit.pendingLogouts,
  );
}

/** Call inside a transaction. */
export function takeLogoutRequest(db: Database, sessionId: string, now: number): LogoutRequest | undefined {
  const where = "session_id = ? AND request IS NOT NULL AND expires_at > ?";
  const row = db.get(`SELECT request FROM pending_logouts WHERE ${where}`, sessionId, now);
  db.run(`UPDATE pending_logouts SET request = NULL WHERE ${where}`, sessionId, now);
  return row && (JSON.parse(String(row.request)) as LogoutRequest);
}

/** @returns false unless this session made the request, and it has not expired */
export function takePendingLogout(db: Database, { state, sessionId }: PendingLogout, now: number): boolean {
  const sql = "DELETE FROM pending_logouts WHERE state = ? AND session_id = ? AND expires_at > ?";
  return db.run(sql, state, sessionId, now) > 0;
}
