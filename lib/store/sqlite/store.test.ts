/** The store on SQLite. store.redis-test.ts runs the same contract on Redis. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { lifetime } from "#lib/rp/store.ts";
import { Database } from "#lib/sqlite/database.ts";
import { storeContract } from "../testing/store-contract.ts";
import { begin, iss, logoutOf, receive, sessionOf } from "../testing/stored.ts";
import { schema } from "./schema.ts";
import { openSqliteStore } from "./store.ts";

describe("SQLite", () => {
  storeContract(async () => {
    const store = openSqliteStore(":memory:", "app");
    return { store, replica: store, close: () => store.close() };
  });

  test("logins and logouts take no longer with more of them: an index finds each row", async (t) => {
    const asked = (["all", "get"] as const).map((name) => t.mock.method(Database.prototype, name));
    const store = openSqliteStore(":memory:", "app");
    const session = sessionOf("alice", "s1");
    await begin(store, session);
    await receive(store, logoutOf({ sid: "s2", sub: "alice" }));
    for (const sub of ["alice", undefined]) await store.listLogins({ iss, sub }, Date.now());
    await store.close();
    const db = new DatabaseSync(":memory:");
    db.exec(schema);
    const statements = asked.flatMap(({ mock }) => mock.calls.map((call) => call.arguments[0]));
    const searches = statements
      .flatMap((sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all())
      .map(({ detail }) => String(detail))
      .filter((detail) => /(sessions|logouts)\b/.test(detail));
    assert.ok(searches.length >= 5, searches.join());
    for (const search of searches)
      assert.match(search, /\b(sid|sub|session_id|value)=\?|sessions_without_sid/);
    db.close();
  });

  test("removes what has expired", async () => {
    const store = openSqliteStore(":memory:", "app");
    await begin(store, sessionOf("alice", "s1", { expiresAt: Date.now() - 1 }));
    await store.sweep(Date.now() + lifetime.ended + 60_000);
    assert.deepEqual(await store.usedClientIds(iss, ["app"]), []);
    await store.close();
  });

  test("a sweep of many expired sessions lets a logout in between, and goes on after it", async () => {
    const store = openSqliteStore(":memory:", "app");
    const now = Date.now();
    const expired = Array.from({ length: 1_500 }, (_, n) =>
      sessionOf(`user-${n}`, `expired-${n}`, { expiresAt: now - 2_000 + n }),
    );
    for (const session of expired) await begin(store, session);
    await begin(store, sessionOf("alice", "s1"));
    const [last] = expired.slice(-1);
    const isLeft = () => store.readSession(last?.sessionId ?? "", 0);
    const swept = store.sweep(now);
    assert.ok(await isLeft(), "the oldest first, and not all at once");
    const end = { by: "back-channel", at: now } as const;
    assert.equal((await store.endBySid(iss, "s1", end)).length, 1);
    await swept;
    assert.equal(await isLeft(), undefined);
    await store.close();
  });

  test("a claim to refresh expires, because its holder may be gone", async () => {
    const store = openSqliteStore(":memory:", "app");
    assert.equal(await store.claimRefresh("s", "a", 1), true);
    assert.equal(await store.claimRefresh("s", "b", lifetime.refresh), false);
    assert.equal(await store.claimRefresh("s", "b", lifetime.refresh + 1), true);
    await store.close();
  });

  test("sessions survive on disk, in files that only the owner can read", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "store-")), "rp");
    const session = sessionOf("alice", "s1");
    const first = openSqliteStore(folder, "app");
    await begin(first, session);
    await first.close();
    const second = openSqliteStore(folder, "app");
    assert.equal((await second.readSession(session.sessionId, Date.now()))?.login?.sub, "alice");
    await second.close();
    assert.equal(statSync(join(folder, "app.sqlite")).mode & 0o077, 0);
    rmSync(folder, { recursive: true });
  });
});
