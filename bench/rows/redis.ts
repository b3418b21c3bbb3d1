/** A logout with Redis: its round trips, and its duration beside SQLite's (reach 3). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { ensureProgram } from "#lib/prepare/system.ts";
import { startRedis } from "#lib/store/testing/redis-server.ts";
import { generateLoad } from "../measure/load.ts";
import { median, medianRatio, ms, quantile, rotated, times } from "../measure/statistics.ts";
import { type Issuer, mintTokens, startIssuer } from "../receivers/issuer.ts";
import { core } from "../receivers/own.ts";
import { forms, type Running, type Setting } from "../receivers/receiver.ts";
import type { Build, Context, Reach, Result, Row } from "../row.ts";

/** Redis' default with an append-only file. */
const appendfsync = "everysec";

const extentOf = (quick: boolean) => (quick ? { rounds: 2, logouts: 200 } : { rounds: 6, logouts: 500 });

interface Measured {
  build: string;
  store: "SQLite" | "Redis";
  running: Running;
  /** The token to send next. */
  sent: number;
  /** Of each round, in milliseconds. */
  p50: number[];
  latencies: number[];
  /** Of all rounds. */
  roundTrips: number;
  problems: string[];
}

export const redis: Row = {
  name: "redis",
  title: "A logout with Redis, beside SQLite",
  run: async (context: Context): Promise<Result> => {
    const lane = await ensureProgram("redis-server", context.say);
    const what = "3: p50 with Redis / with SQLite";
    if (!lane.ready)
      return {
        tables: [],
        reaches: [reach("3: round trips to Redis", "", 1), reach(what, "×", 1.3)],
        notes: [`redis-server: ${lane.reason}. ${lane.command}`],
      };
    const scratch = mkdtempSync(join(tmpdir(), "bench-"));
    const issuer = await startIssuer();
    // One for each build: another revision has its own keys and scripts.
    const servers = await Promise.all(context.builds.map(() => startRedis(["--appendfsync", appendfsync])));
    try {
      return await measure(
        context,
        issuer,
        scratch,
        servers.map(({ url }) => url),
      );
    } finally {
      for (const server of servers) await server.stop();
      issuer.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};

async function measure(
  { builds, quick, say }: Context,
  issuer: Issuer,
  scratch: string,
  urls: readonly string[],
): Promise<Result> {
  const { rounds, logouts } = extentOf(quick);
  const warmUp = 2 * logouts;
  const sessions = warmUp + rounds * logouts;
  const setting: Setting = { issuer, sessions, scratch, say };
  const all: Measured[] = [];
  try {
    for (const [index, build] of builds.entries()) {
      all.push(
        await start(build, "SQLite", "", setting),
        await start(build, "Redis", urls[index] ?? "", setting),
      );
    }
    const tokens = await mintTokens(issuer, 0, sessions);
    for (const one of all) await send(one, tokens, warmUp);
    for (let round = 0; round < rounds; round++) {
      say(`Round ${round + 1} of ${rounds}`);
      for (const one of rotated(all, round)) {
        const url =
          one.store === "Redis" ? urls[builds.findIndex(({ name }) => name === one.build)] : undefined;
        const before = url ? await readsOf(url) : 0;
        const latencies = await send(one, tokens, logouts);
        if (url) one.roundTrips += (await readsOf(url)) - before - 1;
        one.p50.push(quantile(latencies, 0.5));
        one.latencies.push(...latencies);
      }
    }
  } finally {
    for (const { running } of all) await running.stop();
  }
  return resultOf(all);
}

async function start(build: Build, store: Measured["store"], redisUrl: string, setting: Setting) {
  setting.say(`Starting the core of ${build.name} with ${store}`);
  const running = await core(build, redisUrl).start(setting);
  return { build: build.name, store, running, sent: 0, p50: [], latencies: [], roundTrips: 0, problems: [] };
}

/** Sends logout tokens one after the other.
 * @returns how long each took */
async function send(one: Measured, tokens: readonly string[], count: number): Promise<number[]> {
  const bodies = forms(tokens.slice(one.sent, one.sent + count).values());
  one.sent += count;
  const load = { url: one.running.url ?? "", bodies, connections: 1, duration: Number.POSITIVE_INFINITY };
  const { latencies, failed, failure } = await generateLoad(load);
  if (failed > 0) one.problems.push(`${failed} of ${count} logouts failed (${failure})`);
  return latencies;
}

/** How many times Redis has read from a connection: commands that are sent together count once. Includes the question. */
async function readsOf(url: string): Promise<number> {
  const client = await createClient({ url, disableClientInfo: true }).connect();
  const reads = Number(/total_reads_processed:(\d+)/.exec(await client.info("stats"))?.[1]);
  await client.close();
  return reads;
}

function resultOf(all: readonly Measured[]): Result {
  const rows = all.map(({ build, store, latencies, p50, roundTrips }) => [
    build,
    store === "Redis" ? `Redis, appendfsync ${appendfsync}` : store,
    ms(median(p50)),
    ms(quantile(latencies, 0.99)),
    times(medianRatio(p50, sqliteOf(build, all))),
    store === "Redis" ? (roundTrips / latencies.length).toFixed(2) : "–",
  ]);
  const [own] = all.filter(({ store }) => store === "Redis");
  const perLogout = own && own.roundTrips / own.latencies.length;
  return {
    tables: [
      {
        title: "Logout tokens one after the other, by HTTP",
        head: ["Build", "Store", "p50", "p99", "p50 vs SQLite", "round trips per logout"],
        rows,
      },
    ],
    reaches: [
      // What else a core asks Redis now and then does not count.
      reach("3: round trips to Redis", "", 1, perLogout && Math.round(perLogout * 10) / 10),
      reach(
        "3: p50 with Redis / with SQLite",
        "×",
        1.3,
        own && medianRatio(own.p50, sqliteOf(own.build, all)),
      ),
    ],
    notes: [],
    errors: all.flatMap(({ build, store, problems }) =>
      problems.map((problem) => `${build}, ${store}: ${problem}`),
    ),
    data: all.map(({ build, store, p50, roundTrips, latencies }) => ({
      ...{ build, store, p50 },
      ...(store === "Redis" && { roundTrips: roundTrips / latencies.length }),
    })),
  };
}

const sqliteOf = (build: string, all: readonly Measured[]) =>
  all.find((one) => one.build === build && one.store === "SQLite")?.p50 ?? [];

const reach = (what: string, unit: Reach["unit"], limit: number, measured?: number): Reach => ({
  ...{ what, bound: "at most", limit, unit },
  measured,
});
