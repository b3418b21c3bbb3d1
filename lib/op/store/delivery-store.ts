/** The logout tokens that the OP owes to clients: one row for each client of an ended session. */
import type { Database, Row } from "#lib/sqlite/database.ts";

/** What a logout token is about, and for whom. */
export interface Notification {
  clientId: string;
  accountId: string;
  sid: string;
  endedAt: Date;
}

export interface Delivery extends Notification {
  id: number;
  /** `pending` until the client has accepted or refused the logout token, or it is too late. */
  state: "pending" | "delivered" | "failed";
  /** Where it was sent last, or will be sent. */
  uri: string;
  /** Attempts so far. */
  attempts: number;
  /** When it is sent next, while it is pending. */
  nextAt: Date;
  /** The last attempt; missing before the first. */
  triedAt?: Date;
  /** Milliseconds until its answer. */
  ms?: number;
  /** HTTP status of its answer; missing without one. */
  status?: number;
  /** Why it failed; missing if it succeeded. */
  error?: string;
}

/** What came of an attempt. */
export type Attempt = Pick<Delivery, "state" | "uri" | "nextAt" | "status" | "error"> & {
  triedAt: Date;
  ms: number;
};

/** What came of an attempt at the delivery with this identifier. */
export interface Result {
  id: number;
  attempt: Attempt;
}

export const deliverySchema = `
  CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL, account_id TEXT NOT NULL, sid TEXT NOT NULL, ended_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', uri TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL, tried_at INTEGER, ms INTEGER, status INTEGER, error TEXT
  );
  CREATE INDEX IF NOT EXISTS delivery_due_of_client ON delivery (client_id, next_at) WHERE state = 'pending';
  CREATE INDEX IF NOT EXISTS delivery_of_client ON delivery (client_id, id) WHERE state = 'pending';
  CREATE INDEX IF NOT EXISTS delivery_finished ON delivery (id) WHERE state <> 'pending';
`;

/** Pending deliveries to one client: the oldest give way to new ones. */
const maxPending = 1000;
/** Finished deliveries that are kept for the sessions page, and the pending ones that it shows. */
const kept = 200;

export class DeliveryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a delivery that is due now. */
  add({ clientId, accountId, sid, endedAt }: Notification, uri: string): Delivery {
    const row = this.#database.get(
      "INSERT INTO delivery (client_id, account_id, sid, ended_at, uri, next_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
      clientId,
      accountId,
      sid,
      endedAt.getTime(),
      uri,
      Date.now(),
    );
    this.#database.run(
      `UPDATE delivery SET state = 'failed', error = ? WHERE client_id = ? AND state = 'pending' AND id <= (
         SELECT id FROM delivery WHERE client_id = ? AND state = 'pending' ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      `dropped: more than ${maxPending} logout tokens are pending for this app`,
      clientId,
      clientId,
      maxPending,
    );
    return deliveryOf(row as Row);
  }

  /** Notes what came of attempts. */
  record(results: readonly Result[]): void {
    this.#database.atomically(() => {
      for (const result of results) this.#record(result);
      this.#database.run(
        `DELETE FROM delivery WHERE state <> 'pending' AND id <= (
           SELECT id FROM delivery WHERE state <> 'pending' ORDER BY id DESC LIMIT 1 OFFSET ?)`,
        kept,
      );
    });
  }

  /** Gives up on what is pending for this client. */
  abandon(clientId: string, why: string): void {
    this.#database.run(
      "UPDATE delivery SET state = 'failed', error = ? WHERE client_id = ? AND state = 'pending'",
      why,
      clientId,
    );
  }

  /** The pending deliveries to a client, in the order in which they are due.
   * @param except identifiers to leave out */
  pendingOf(clientId: string, limit: number, except: Iterable<number> = []): Delivery[] {
    return this.#database
      .all(
        `SELECT * FROM delivery INDEXED BY delivery_due_of_client WHERE client_id = ? AND state = 'pending'
         AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY next_at LIMIT ?`,
        clientId,
        JSON.stringify([...except]),
        limit,
      )
      .map(deliveryOf);
  }

  clientsWithPending(): string[] {
    const rows = this.#database.all("SELECT DISTINCT client_id FROM delivery WHERE state = 'pending'");
    return rows.map(({ client_id: clientId }) => clientId as string);
  }

  countPending(): number {
    return Number(this.#database.get("SELECT count(*) AS n FROM delivery WHERE state = 'pending'")?.n);
  }

  /** The newest pending ones, then the newest finished ones. */
  recent(): Delivery[] {
    return ["=", "<>"].flatMap((is) =>
      this.#database
        .all(`SELECT * FROM delivery WHERE state ${is} 'pending' ORDER BY id DESC LIMIT ?`, kept)
        .map(deliveryOf),
    );
  }

  #record({ id, attempt }: Result): void {
    const { state, uri, nextAt, triedAt, ms, status, error } = attempt;
    this.#database.run(
      `UPDATE delivery SET state = ?, uri = ?, attempts = attempts + 1, next_at = ?, tried_at = ?, ms = ?,
       status = ?, error = ? WHERE id = ? AND state = 'pending'`,
      state,
      uri,
      nextAt.getTime(),
      triedAt.getTime(),
      ms,
      status ?? null,
      error ?? null,
      id,
    );
  }
}

const deliveryOf = (row: Row): Delivery => ({
  id: Number(row.id),
  clientId: row.client_id as string,
  accountId: row.account_id as string,
  sid: row.sid as string,
  endedAt: new Date(Number(row.ended_at)),
  state: row.state as Delivery["state"],
  uri: row.uri as string,
  attempts: Number(row.attempts),
  nextAt: new Date(Number(row.next_at)),
  ...(typeof row.tried_at === "number" && { triedAt: new Date(row.tried_at) }),
  ...(typeof row.ms === "number" && { ms: row.ms }),
  ...(typeof row.status === "number" && { status: row.status }),
  ...(typeof row.error === "string" && { error: row.error }),
});
