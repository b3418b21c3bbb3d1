/** Deletes from the SQLite store what has expired, and what logouts have left. */
import { lifetime } from "#lib/rp/store.ts";
import type { Database } from "#lib/sqlite/database.ts";
import { inChunks } from "#lib/sqlite/in-chunks.ts";
import { eraseEnded } from "./session.ts";

/** Tables whose rows expire, with their keys. */
const tables = {
  sessions: "id",
  clients: "iss, client_id",
  pending_logins: "state",
  pending_logouts: "state, session_id",
  seen_jti: "iss, jti",
  refreshes: "session_id",
  logouts: "iss, client_id, kind, value",
} as const;

/** @param closed ends it early */
export async function sweep(db: Database, now: number, closed: AbortSignal): Promise<void> {
  await inChunks(db, (most) => eraseEnded(db, most), closed);
  for (const [table, key] of Object.entries(tables)) {
    const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE expires_at <= ? LIMIT ?)`;
    await inChunks(db, (most) => db.run(sql, now, most), closed);
  }
  const oldEvents = "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE at <= ? LIMIT ?)";
  await inChunks(db, (most) => db.run(oldEvents, now - lifetime.events, most), closed);
}
