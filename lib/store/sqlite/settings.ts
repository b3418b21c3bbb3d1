/** The values that an app keeps permanently, by name. */
import type { Database } from "#lib/sqlite/database.ts";

/** Undefined if it was never saved. */
export function readSetting<T>(db: Database, name: string): T | undefined {
  const row = db.get("SELECT value FROM settings WHERE name = ?", name);
  return row && (JSON.parse(String(row.value)) as T);
}

export function saveSetting(db: Database, name: string, value: unknown): void {
  const sql = `INSERT INTO settings (name, value) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value`;
  db.run(sql, name, JSON.stringify(value));
}

/** Stores the value unless one exists. */
export function saveSettingOnce(db: Database, name: string, value: unknown): void {
  const sql = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING";
  db.run(sql, name, JSON.stringify(value));
}

export function forgetSetting(db: Database, name: string): void {
  db.run("DELETE FROM settings WHERE name = ?", name);
}
