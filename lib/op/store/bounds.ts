/** How much is kept of what strangers, users and clients can make the OP store. The oldest goes first, but a session reaches
 * its own limit before it displaces another's records, and records without a signed-in user go before others: a flood
 * of anonymous requests ends no user's sign-in. */
import type { AdapterPayload } from "oidc-provider";
import type { Database } from "#lib/sqlite/database.ts";

export const limit = {
  /** Sign-ins and consents in progress. */
  interactions: 8000,
  interactionsOfSession: 20,
  /** Logouts in progress without a signed-in user, which the library keeps in sessions. */
  anonymousSessions: 8000,
  /** Signed-in sessions; the oldest expires, so that its apps are notified. */
  sessionsOfUser: 1000,
  /** Of each other model. */
  others: 20_000,
} as const;

/** Bytes of all interactions: their requests may have an ID Token as a hint. */
const interactionBytes = 96 * 1024 * 1024;

/** Those that only an administrator creates. */
const unlimited = ["Client", "RegistrationAccessToken"];

export const boundsSchema = `
  CREATE INDEX IF NOT EXISTS artifact_age ON artifact (model, expires_at);
  CREATE INDEX IF NOT EXISTS interaction_session ON artifact (payload ->> '$.session.uid', expires_at)
    WHERE model = 'Interaction';
  CREATE INDEX IF NOT EXISTS interaction_age ON artifact (payload ->> '$.session.uid' IS NOT NULL, expires_at)
    WHERE model = 'Interaction';
  CREATE INDEX IF NOT EXISTS session_user ON artifact (payload ->> 'accountId', expires_at) WHERE model = 'Session';
`;

/** Inserts of a model between two counts of its records: so many more than its limit may be kept. */
export const countEvery = 64;

export class Bounds {
  readonly #database: Database;
  readonly #inserted = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Call after this record was saved. */
  keep(model: string, id: string, { session, accountId }: AdapterPayload, now: number): void {
    if (model === "Interaction" && session?.uid) this.#keepOfSession(id, session.uid);
    const inserted = this.#inserted.get(model) ?? 0;
    this.#inserted.set(model, inserted + 1);
    if (inserted % countEvery !== 0) return;
    if (model === "Interaction") this.#keepInteractions();
    else if (model === "Session" && accountId) this.#expireSessions(accountId, now);
    else if (model === "Session") this.#keepAnonymousSessions();
    else if (!unlimited.includes(model)) this.#keepNewest(model);
  }

  #keepOfSession(id: string, uid: string): void {
    this.#drop(
      "Interaction",
      `SELECT id FROM artifact WHERE model = 'Interaction' AND payload ->> '$.session.uid' = ? AND id <> ?
       ORDER BY expires_at DESC LIMIT -1 OFFSET ?`,
      ...[uid, id, limit.interactionsOfSession - 1],
    );
  }

  #keepInteractions(): void {
    this.#drop(
      "Interaction",
      `SELECT id FROM artifact WHERE model = 'Interaction'
       ORDER BY payload ->> '$.session.uid' IS NOT NULL, expires_at
       LIMIT max(0, (SELECT count(*) FROM artifact WHERE model = 'Interaction') - ?)`,
      limit.interactions,
    );
    this.#drop(
      "Interaction",
      `SELECT id FROM (SELECT id, sum(octet_length(payload)) OVER (ORDER BY expires_at DESC, id) AS bytes
         FROM artifact WHERE model = 'Interaction') WHERE bytes > ?`,
      interactionBytes,
    );
  }

  #keepAnonymousSessions(): void {
    this.#drop(
      "Session",
      `SELECT id FROM artifact INDEXED BY session_user WHERE model = 'Session' AND payload ->> 'accountId' IS NULL
       ORDER BY expires_at DESC LIMIT -1 OFFSET ?`,
      limit.anonymousSessions,
    );
  }

  #expireSessions(accountId: string, now: number): void {
    this.#database.run(
      `UPDATE artifact SET expires_at = ? WHERE model = 'Session' AND id IN (
         SELECT id FROM artifact INDEXED BY session_user
         WHERE model = 'Session' AND payload ->> 'accountId' = ? AND expires_at > ?
         ORDER BY expires_at DESC LIMIT -1 OFFSET ?)`,
      ...[now, accountId, now, limit.sessionsOfUser],
    );
  }

  #keepNewest(model: string): void {
    this.#drop(
      model,
      "SELECT id FROM artifact WHERE model = ? ORDER BY expires_at DESC LIMIT -1 OFFSET ?",
      ...[model, limit.others],
    );
  }

  #drop(model: string, ids: string, ...values: (string | number)[]): void {
    this.#database.run(`DELETE FROM artifact WHERE model = ? AND id IN (${ids})`, model, ...values);
  }
}
