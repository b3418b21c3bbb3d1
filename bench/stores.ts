/** The size of a session and the duration of a logout in SQLite and Redis, by number of sessions. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@redis/client";
import type { RpSession } from "#lib/rp/model.ts";
import type { Store } from "#lib/rp/store.ts";
import { openRedisStore } from "#lib/store/redis/store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { startRedis } from "#lib/store/testing/redis-server.ts";
import { logoutOf, sessionNumber } from "./sessions.ts";
import { ms, printTable, quantile, timed, times } from "./table.ts";

const logouts = 1000;
/** Concurrent sign-ins. */
const concurrency = 32;

interface Engine {
  name: string;
  open: () => Promise<Opened>;
}

interface Opened {
  store: Store;
  bytes: () => Promise<number>;
  /** Switches syncing to disk off while most sessions are created. */
  spareDisk: (spare: boolean) => Promise<void>;
  close: () => Promise<void>;
}

const sqlite: Engine = {
  name: "SQLite",
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    const store = openSqliteStore(folder, "bench");
    return {
      store,
      bytes: async () => {
        const db = new DatabaseSync(join(folder, "bench.sqlite"));
        db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        db.close();
        return statSync(join(folder, "bench.sqlite")).size;
      },
      spareDisk: async () => {},
      close: async () => {
        await store.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

const redisWith = (appendfsync: string): Engine => ({
  name: `Redis, appendfsync ${appendfsync}`,
  open: async () => {
    const server = await startRedis(["--appendfsync", appendfsync]);
    const store = openRedisStore(server.url, "bench");
    const client = await createClient({ url: server.url }).connect();
    return {
      store,
      bytes: async () => Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]),
      spareDisk: async (spare) => void (await client.configSet("appendfsync", spare ? "no" : appendfsync)),
      close: async () => {
        await Promise.all([store.close(), client.close()]);
        await server.stop();
      },
    };
  },
});

const engines = [sqlite, redisWith("everysec"), redisWith("always")];

/** @param sizes numbers of sessions to measure with */
export async function benchStores(sizes: readonly number[]): Promise<void> {
  const rows = [["Sessions", "Store", "Logout p50", "p99", "vs SQLite", "Sign-ins/s", "Bytes/session"]];
  for (const size of sizes) {
    let peer: number | undefined;
    for (const { name, open } of engines) {
      const engine = await open();
      await engine.store.readMechanisms();
      const before = await engine.bytes();
      await engine.spareDisk(true);
      await begin(engine.store, sessions(0, size - logouts));
      await engine.spareDisk(false);
      const sample = [...sessions(size - logouts, size)];
      const began = performance.now();
      await begin(engine.store, sample);
      const seconds = (performance.now() - began) / 1000;
      const bytes = ((await engine.bytes()) - before) / size;
      const durations = await timed(sample.map(logoutOf), (each) =>
        engine.store.receiveLogout(each, Date.now()),
      );
      await engine.close();
      const p50 = quantile(durations, 0.5);
      peer ??= p50;
      rows.push([
        ...[String(size), name, ms(p50), ms(quantile(durations, 0.99)), times(p50 / peer)],
        ...[String(Math.round(logouts / seconds)), String(Math.round(bytes))],
      ]);
    }
  }
  printTable("Stores: a logout token that ends one session (receiveLogout), and beginSession", rows);
}

function* sessions(from: number, to: number): Generator<RpSession> {
  for (let n = from; n < to; n++) yield sessionNumber(n);
}

async function begin(store: Store, all: Iterable<RpSession>): Promise<void> {
  const waiting = all[Symbol.iterator]();
  const work = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      await store.beginSession(next.value, undefined, Date.now());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}
