/** A database under faults. e2e/disk has those of the disk itself. */
import assert from "node:assert/strict";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Database, type DatabaseOptions } from "./database.ts";
import { DatabaseFault } from "./fault.ts";
import { lockedByAnotherProcess } from "./testing/foreign-lock.ts";

const schema = "CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";

let folder: string;
const file = (name = "test.sqlite") => join(folder, name);
const opened: Database[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "database-"));
});
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
  rmSync(folder, { recursive: true });
});

function open(options: DatabaseOptions = {}): Database {
  const db = new Database(folder, "test.sqlite", schema, options);
  opened.push(db);
  return db;
}

const add = (db: Database, text = "x") => db.run("INSERT INTO note (text) VALUES (?)", text);
const count = (db: Database) => db.get("SELECT count(*) AS n FROM note")?.n;

const isFault = (kind: string, says: RegExp) => (error: unknown) => {
  assert.ok(error instanceof DatabaseFault, String(error));
  assert.equal(error.kind, kind);
  assert.match(error.message, says);
  assert.ok(error.message.includes(folder) && !`${error.reason} ${error.help}`.includes(folder));
  return true;
};

describe("a full database", () => {
  test("fails with the reason, keeps what it has, and says once that it is lost and back", () => {
    const said: string[] = [];
    const db = open({ onLost: ({ kind }) => said.push(kind), onRestored: () => said.push("restored") });
    add(db);
    const { page_count: pages } = db.get("PRAGMA page_count") ?? {};
    db.get(`PRAGMA max_page_count = ${pages}`);
    const tooMuch = () =>
      db.atomically(() => {
        add(db);
        add(db, "y".repeat(100_000));
      });
    assert.throws(tooMuch, isFault("full", /the disk is full \(database or disk is full\)\. Free space/));
    assert.throws(tooMuch, isFault("full", /full/));
    assert.equal(count(db), 1, "nothing of a failed transaction is kept");
    db.get("PRAGMA max_page_count = 1000");
    tooMuch();
    assert.equal(count(db), 3);
    assert.deepEqual(said, ["full", "restored"]);
  });
});

describe("a database that another process has locked", () => {
  test("is waited for once and briefly, can be read, and is used again when it is free", async () => {
    const db = open();
    add(db);
    const lock = await lockedByAnotherProcess(file());
    const began = performance.now();
    for (let n = 0; n < 100; n++) {
      assert.throws(() => add(db), isFault("locked", /locked by another program/));
      assert.equal(count(db), 1);
    }
    const took = performance.now() - began;
    assert.ok(took < 2_500, `${took} ms`); // 5 s if each of them waits
    await lock.release();
    add(db);
    assert.equal(count(db), 2);
  });

  test("delays no write by more than 50 ms, and none for long that follows a short lock", async () => {
    const db = open();
    const lock = await lockedByAnotherProcess(file());
    const began = performance.now();
    assert.throws(() => add(db), isFault("locked", /locked/));
    const took = performance.now() - began;
    assert.ok(took >= 40 && took < 1_000, `${took} ms`); // a busy machine may add to it
    await lock.release();
    assert.equal(add(db), 1);
  });
});

describe("a file that is deleted or replaced while in use", () => {
  test("fails every call, and works again once it is back", () => {
    const db = open();
    add(db);
    renameSync(file(), file("away"));
    for (const call of [() => add(db), () => count(db), () => db.atomically(() => add(db))])
      assert.throws(call, isFault("gone", /was deleted or replaced while in use/));
    renameSync(file("away"), file());
    add(db);
    assert.equal(count(db), 2);
  });

  test("is noticed too when a new file has its name, and when only the write-ahead log is gone", () => {
    const db = open();
    add(db);
    renameSync(file("test.sqlite-wal"), file("away"));
    assert.throws(() => count(db), isFault("gone", /deleted or replaced/));
    renameSync(file("away"), file("test.sqlite-wal"));
    assert.equal(count(db), 1);
    renameSync(file(), file("away"));
    new DatabaseSync(file()).close();
    assert.throws(() => count(db), isFault("gone", /deleted or replaced/));
  });
});

/** Larger than what is read at each start. */
function large(): void {
  const db = new Database(folder, "test.sqlite", schema);
  db.atomically(() => {
    for (let n = 0; n < 40; n++) add(db, "y".repeat(1024 * 1024));
  });
  db.close();
}

/** @param position of the first byte */
function overwrite(position: number): void {
  const opened = openSync(file(), "r+");
  writeSync(opened, "garbage ".repeat(1024), position);
  closeSync(opened);
}

test("damage in the middle of a large file is named by what reads it, and affects nothing else", () => {
  large();
  overwrite(statSync(file()).size / 2);
  const db = open();
  assert.equal(db.get("SELECT count(*) AS n FROM note WHERE id = 1")?.n, 1);
  assert.throws(
    () => db.all("SELECT length(text) + instr(text, 'z') FROM note"),
    isFault("damaged", /is damaged/),
  );
});

describe("a file that cannot be used at start", () => {
  const contents: Record<string, { make: () => void; kind: string; says: RegExp }> = {
    "no database": {
      make: () => writeFileSync(file(), "garbage ".repeat(1000)),
      kind: "damaged",
      says: /is damaged, or is no SQLite database/,
    },
    "cut off": {
      make: () => {
        const db = new Database(folder, "test.sqlite", schema);
        db.atomically(() => {
          for (let n = 0; n < 100; n++) add(db, "y".repeat(1000));
        });
        db.close();
        truncateSync(file(), statSync(file()).size / 2);
      },
      kind: "damaged",
      says: /damaged/,
    },
    "large and cut off": {
      make: () => {
        large();
        truncateSync(file(), statSync(file()).size - 4096);
      },
      kind: "damaged",
      says: /damaged/,
    },
    "large, with other bytes at its beginning": {
      make: () => {
        large();
        overwrite(100);
      },
      kind: "damaged",
      says: /damaged/,
    },
    "of another version": {
      make: () => {
        const db = new DatabaseSync(file());
        db.exec("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)");
        db.close();
      },
      kind: "foreign",
      says: /another version of this program/,
    },
  };
  for (const [name, { make, kind, says }] of Object.entries(contents)) {
    test(`is named with what to do, and moved aside only when asked: ${name}`, () => {
      make();
      const before = readFileSync(file());
      assert.throws(() => open(), isFault(kind, says));
      assert.throws(() => open(), isFault(kind, /set REPLACE_BAD_STORE=true .*--replace-bad-store/));
      assert.deepEqual(readFileSync(file()), before, "it is untouched");
      const moves: unknown[] = [];
      const db = open({ replaceBad: true, onMoved: (moved) => moves.push(moved) });
      assert.deepEqual(moves, [{ from: file(), to: file("test.sqlite.bad-1") }]);
      assert.deepEqual(readFileSync(file("test.sqlite.bad-1")), before);
      assert.equal(add(db), 1);
    });
  }

  test("is not moved when it is only locked", async () => {
    open().close();
    opened.pop();
    const lock = await lockedByAnotherProcess(file(), "exclusive");
    assert.throws(
      () => open({ replaceBad: true, onMoved: () => assert.fail() }),
      isFault("locked", /locked by another program/),
    );
    await lock.release();
  });

  test("a folder that is a file is named", () => {
    writeFileSync(file("folder"), "");
    assert.throws(
      () => new Database(file("folder"), "test.sqlite", schema),
      isFault("forbidden", /may not be opened or written \(E/),
    );
  });
});

test("a file of this version is not replaced, and a second start leaves it as it is", () => {
  const first = open({ replaceBad: true });
  add(first);
  first.close();
  opened.pop();
  const second = open({ replaceBad: true, onMoved: () => assert.fail() });
  assert.equal(count(second), 1);
});
