/** What a session costs in each store, by number of sessions: a logout, a sign-in, its bytes. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@redis/client";
import { ensureProgram } from "#lib/prepare/system.ts";
import type { RpSession } from "#lib/rp/model.ts";
import type { Store } from "#lib/rp/store.ts";
import { openRedisStore } from "#lib/store/redis/store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { startRedis } from "#lib/store/testing/redis-server.ts";
import { receive } from "#lib/store/testing/stored.ts";
import { ms, quantile, times } from "../measure/statistics.ts";
import type { Context, Result, Row } from "../row.ts";
import { logoutOf, sessionNumber } from "../sessions.ts";

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

export const stores: Row = {
  name: "stores",
  title: "Stores: a logout that ends one session (`receiveLogout`), and sign-ins (`beginSession`)",
  run: async ({ quick, say }: Context): Promise<Result> => {
    const lane = await ensureProgram("redis-server", say);
    const usable = lane.ready ? engines : [sqlite];
    const rows: string[][] = [];
    for (const size of quick ? [2000] : [1000, 10_000, 100_000]) {
      let peer: number | undefined;
      for (const { name, open } of usable) {
        say(`${name}, ${size} sessions`);
        const { p50, p99, perSecond, bytes } = await measure(await open(), size);
        peer ??= p50;
        const figures = [ms(p50), ms(p99), times(p50 / peer), String(Math.round(perSecond))];
        rows.push([String(size), name, ...figures, String(Math.round(bytes))]);
      }
    }
    const head = ["Sessions", "Store", "Logout p50", "p99", "vs SQLite", "Sign-ins/s", "Bytes/session"];
    return {
      tables: [{ title: "Logouts one after the other", head, rows }],
      reaches: [],
      notes: lane.ready ? [] : [`Redis: ${lane.reason}. ${lane.command}`],
    };
  },
};

async function measure({ store, bytes, spareDisk, close }: Opened, size: number) {
  await store.readMechanisms();
  const before = await bytes();
  await spareDisk(true);
  await begin(store, sessions(0, size - logouts));
  await spareDisk(false);
  const sample = [...sessions(size - logouts, size)];
  const began = performance.now();
  await begin(store, sample);
  const perSecond = (logouts * 1000) / (performance.now() - began);
  const perSession = ((await bytes()) - before) / size;
  const durations: number[] = [];
  for (const logout of sample.map(logoutOf)) {
    const start = performance.now();
    await receive(store, logout);
    durations.push(performance.now() - start);
  }
  await close();
  return { p50: quantile(durations, 0.5), p99: quantile(durations, 0.99), perSecond, bytes: perSession };
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
