/** The values that an app keeps permanently, by name. Each logout token asks for some, so they are read once: only this
 * process writes the file. */
import type { Database } from "#lib/sqlite/database.ts";

export class Settings {
  readonly #db: Database;
  readonly #known = new Map<string, unknown>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Undefined if it was never saved. */
  read<T>(name: string): T | undefined {
    if (!this.#known.has(name)) {
      const row = this.#db.get("SELECT value FROM settings WHERE name = ?", name);
      this.#known.set(name, row && JSON.parse(String(row.value)));
    }
    return this.#known.get(name) as T | undefined;
  }

  save(name: string, value: unknown): void {
    const sql = `INSERT INTO settings (name, value) VALUES (?, ?)
      ON CONFLICT DO UPDATE SET value = excluded.value`;
    this.#write(name, () => this.#db.run(sql, name, JSON.stringify(value)));
  }

  /** Stores the value unless one exists. */
  saveOnce(name: string, value: unknown): void {
    const sql = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING";
    this.#write(name, () => this.#db.run(sql, name, JSON.stringify(value)));
  }

  forget(name: string): void {
    this.#write(name, () => this.#db.run("DELETE FROM settings WHERE name = ?", name));
  }

  /** Inside `durably`, a rollback may follow: the next reader looks. */
  #write(name: string, write: () => void): void {
    this.#known.delete(name);
    write();
  }
}
