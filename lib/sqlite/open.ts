/** Opens a database file, or says why it cannot be used. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DatabaseFault, faultOf } from "./fault.ts";

/** Longest wait for another program's lock while opening, in milliseconds: nothing else runs yet. */
const openingMs = 2000;

/** Bytes of a file that are read at each start, in about a tenth of a second. */
const readWhole = 32 * 1024 * 1024;

/** SQLite's own files beside the database. */
const companions = ["-wal", "-shm"];

/** Where a bad file is now. */
export interface Moved {
  from: string;
  to: string;
}

interface Opened {
  db: DatabaseSync;
  /** Undefined in memory. */
  file?: string;
  moved?: Moved;
}

/** @param folder created if it is missing; `:memory:` keeps nothing
 *  @param replaceBad moves a damaged file, or one of another version, aside and begins with a new one
 *  @throws {DatabaseFault} */
export function openDatabase(folder: string, fileName: string, schema: string, replaceBad: boolean): Opened {
  if (folder === ":memory:") return { db: prepared(new DatabaseSync(folder), folder, schema) };
  const file = join(folder, fileName);
  try {
    return { db: openFile(folder, file, schema), file };
  } catch (error) {
    const isBad = error instanceof DatabaseFault && (error.kind === "damaged" || error.kind === "foreign");
    if (!isBad || !replaceBad) throw error;
    const moved = moveAside(file);
    return { db: openFile(folder, file, schema), file, moved };
  }
}

function openFile(folder: string, file: string, schema: string): DatabaseSync {
  try {
    createPrivate(folder, file);
    return prepared(new DatabaseSync(file, { timeout: openingMs }), file, schema);
  } catch (error) {
    throw faultOf(error, file) ?? error;
  }
}

/** It holds tokens and keys, so only the owner may read it. SQLite gives its other files the same mode. */
function createPrivate(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600); // it may be older than this rule
}

/** Checks the file and creates missing tables; closes it if it cannot be used. */
function prepared(db: DatabaseSync, file: string, schema: string): DatabaseSync {
  try {
    refuseDamaged(db, file);
    refuseOtherVersion(db, file, schema);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec(schema);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Reads the whole file, unless that takes long. SQLite itself notices on its first read that a file is cut off, or that
 * its beginning is damaged; other damage to a large file fails the requests that read it. */
function refuseDamaged(db: DatabaseSync, file: string): void {
  const size = "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size";
  if (Number(db.prepare(size).get()?.bytes) > readWhole) return;
  const { quick_check: found } = db.prepare("PRAGMA quick_check(1)").get() ?? {};
  if (found !== "ok") throw new DatabaseFault("damaged", file, new Error(String(found)));
}

/** Tables with other columns would fail later, and one request at a time. */
function refuseOtherVersion(db: DatabaseSync, file: string, schema: string): void {
  const current = new DatabaseSync(":memory:");
  current.exec(schema);
  const found = columnsOf(db);
  for (const [table, columns] of columnsOf(current)) {
    if (found.has(table) && found.get(table) !== columns) throw new DatabaseFault("foreign", file);
  }
  current.close();
}

/** The columns of each table, as one comparable text. */
function columnsOf(db: DatabaseSync): Map<string, string> {
  const rows = db
    .prepare(`SELECT t.name AS name, group_concat(c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk) AS columns
      FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c WHERE t.schema = 'main' GROUP BY t.name`)
    .all();
  return new Map(rows.map(({ name, columns }) => [String(name), String(columns)]));
}

/** A free name beside the file: `op.sqlite.bad-1`. */
function moveAside(file: string): Moved {
  let number = 1;
  while (existsSync(`${file}.bad-${number}`)) number++;
  const to = `${file}.bad-${number}`;
  for (const ending of companions) {
    if (existsSync(file + ending)) renameSync(file + ending, to + ending);
  }
  renameSync(file, to);
  return { from: file, to };
}
