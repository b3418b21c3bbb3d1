/** The record of protocol steps, in SQLite. */
import type { EventData, EventType, ProtocolEvent, UnnumberedEvent } from "#lib/rp/events.ts";
import { limit } from "#lib/rp/store.ts";
import type { Database } from "#lib/sqlite/database.ts";

/** The oldest of a type are dropped so many at a time: finding them costs more than a logout. */
const dropped = 100;

export class EventTable {
  readonly #db: Database;
  /** Appended since the last time that the oldest were dropped. */
  readonly #appended = new Map<EventType, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Call inside a transaction. */
  append({ at, type, sessionId, data }: UnnumberedEvent): void {
    const sql = "INSERT INTO events (at, type, session_id, data) VALUES (?, ?, ?, ?)";
    this.#db.run(sql, at, type, sessionId ?? null, JSON.stringify(data));
    const appended = (this.#appended.get(type) ?? dropped) + 1;
    this.#appended.set(type, appended > dropped ? 1 : appended);
    if (appended > dropped) this.#dropOldest(type);
  }

  /** The newest events of a type, newest first. */
  list<Type extends EventType>(type: Type, most: number): ProtocolEvent<Type>[] {
    const sql = "SELECT * FROM events WHERE type = ? ORDER BY seq DESC LIMIT ?";
    const events = this.#db.all(sql, type, Math.min(most, limit.events)).map((row) => ({
      seq: Number(row.seq),
      at: Number(row.at),
      type,
      ...(row.session_id ? { sessionId: String(row.session_id) } : {}),
      data: JSON.parse(String(row.data)) as EventData[Type],
    }));
    return events as ProtocolEvent<Type>[];
  }

  #dropOldest(type: EventType): void {
    this.#db.run(
      "DELETE FROM events WHERE type = ?1 AND seq <= (SELECT seq FROM events WHERE type = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
      type,
      limit.events,
    );
  }
}
