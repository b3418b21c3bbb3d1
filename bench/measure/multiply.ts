/** Fills an SQLite store with copies of a session, which is faster than as many sign-ins. */
import { DatabaseSync } from "node:sqlite";

/** What must differ between sessions. */
const own = ["session_id", "sid", "sub"];

/** Adds copies of the first session of a user.
 * @param set columns with another value in the copies, as SQL */
export function multiply(file: string, copies: number, set: Readonly<Record<string, string>> = {}): void {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000"); // the indexes are filled in no order
  const columns = db
    .prepare("SELECT name FROM pragma_table_info('sessions') WHERE name <> 'id'")
    .all()
    .map(({ name }) => String(name));
  const values = columns.map(
    (name) => set[name] ?? (own.includes(name) ? `${name} || '-' || lower(hex(randomblob(12)))` : name),
  );
  const original = "SELECT min(rowid) FROM sessions WHERE sub IS NOT NULL";
  const { last = 0 } = db.prepare("SELECT max(rowid) AS last FROM sessions").get() ?? {};
  db.prepare(
    `INSERT INTO sessions (${columns.join(", ")})
     WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < ?)
     SELECT ${values.join(", ")} FROM copy, (SELECT * FROM sessions WHERE rowid = (${original}))`,
  ).run(copies);
  // A compared revision may have it all in one table.
  const { apart } = db.prepare("SELECT count(*) AS apart FROM pragma_table_info('session_data')").get() ?? {};
  if (apart)
    db.prepare(
      `INSERT INTO session_data SELECT sessions.id, form, login, tokens FROM sessions, session_data
     WHERE sessions.id > ? AND session_data.id = (${original})`,
    ).run(last);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}
