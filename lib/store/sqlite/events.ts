/** The record of protocol steps, in SQLite. */
import type { EventData, EventType, ProtocolEvent, UnnumberedEvent } from "#lib/rp/events.ts";
import { limit } from "#lib/rp/store.ts";
import type { Database } from "#lib/sqlite/database.ts";

/** Also drops the oldest of its type above `limit.events`. Call inside a transaction. */
export function appendEvent(db: Database, { at, type, sessionId, data }: UnnumberedEvent): void {
  const sql = "INSERT INTO events (at, type, session_id, data) VALUES (?, ?, ?, ?)";
  db.run(sql, at, type, sessionId ?? null, JSON.stringify(data));
  db.run(
    "DELETE FROM events WHERE type = ?1 AND seq <= (SELECT seq FROM events WHERE type = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
    type,
    limit.events,
  );
}

/** The newest events of a type, newest first. */
export function listEvents<Type extends EventType>(
  db: Database,
  type: Type,
  most: number,
): ProtocolEvent<Type>[] {
  const rows = db.all("SELECT * FROM events WHERE type = ? ORDER BY seq DESC LIMIT ?", type, most);
  const events = rows.map((row) => ({
    seq: Number(row.seq),
    at: Number(row.at),
    type,
    ...(row.session_id ? { sessionId: String(row.session_id) } : {}),
    data: JSON.parse(String(row.data)) as EventData[Type],
  }));
  return events as ProtocolEvent<Type>[];
}
