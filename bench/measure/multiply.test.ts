import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { sessionNumber } from "../sessions.ts";
import { multiply } from "./multiply.ts";

test("copies of a session are sessions of other users, and may have other values", async () => {
  const folder = mkdtempSync(join(tmpdir(), "multiply-"));
  const file = join(folder, "app.sqlite");
  const store = openSqliteStore(folder, "app");
  const session = sessionNumber(1);
  await store.beginSession(session, undefined, Date.now());
  await store.close();
  multiply(file, 20, { expires_at: "0" });
  const db = new DatabaseSync(file);
  const counts = db
    .prepare(
      "SELECT count(DISTINCT session_id) AS ids, count(DISTINCT sid) AS sids, sum(expires_at = 0) AS expired FROM sessions",
    )
    .get();
  db.close();
  assert.deepEqual({ ...counts }, { ids: 21, sids: 21, expired: 20 });
  rmSync(folder, { recursive: true });
});
