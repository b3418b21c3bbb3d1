/** How long an OP waits for the answer to a logout token at half of the full load (reach 4). */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as elapsed } from "node:timers/promises";
import { multiply } from "../measure/multiply.ts";
import { count, ms, quantile } from "../measure/statistics.ts";
import { steadyLoad } from "../measure/steady-load.ts";
import { type Issuer, mintTokens, startIssuer } from "../receivers/issuer.ts";
import { served } from "../receivers/own.ts";
import type { Running } from "../receivers/receiver.ts";
import type { Build, Context, Reach, Result, Row } from "../row.ts";

interface Situation {
  name: string;
  /** Sessions besides those that the tokens end. */
  more: number;
  /** They have expired, and the app sweeps them meanwhile. */
  expired?: boolean;
}

const situations = (quick: boolean): Situation[] => [
  { name: "alone", more: 0 },
  { name: "while a sweep runs", more: quick ? 50_000 : 200_000, expired: true },
  { name: "with 1,000,000 sessions", more: quick ? 50_000 : 1_000_000 },
];

interface Measured {
  build: string;
  situation: string;
  /** Requests per second at full load. */
  full: number;
  latencies: number[];
  problems: string[];
}

interface Plan {
  issuer: Issuer;
  tokens: readonly string[];
  quick: boolean;
}

export const latency: Row = {
  name: "latency",
  title: "`/bclogout` as served, at half of the full load",
  run: async ({ builds, quick, say }: Context): Promise<Result> => {
    const issuer = await startIssuer();
    const measured: Measured[] = [];
    try {
      const pool = quick ? 6000 : 24_000;
      say(`Signing ${count(pool)} logout tokens`);
      const plan: Plan = { issuer, quick, tokens: await mintTokens(issuer, 0, pool) };
      for (const situation of situations(quick)) {
        for (const build of builds) {
          say(`${build.name}: ${situation.name}`);
          measured.push(await measure(build, situation, plan));
        }
      }
    } finally {
      issuer.close();
    }
    return resultOf(measured, quick);
  },
};

async function measure(
  build: Build,
  situation: Situation,
  { issuer, tokens, quick }: Plan,
): Promise<Measured> {
  const scratch = mkdtempSync(join(tmpdir(), "bench-"));
  const setting = { issuer, sessions: tokens.length, scratch, say: () => undefined };
  const running = await served(build).start(setting);
  try {
    const file = storeFile(scratch);
    const { more, expired } = situation;
    if (more > 0) multiply(file, more, expired ? { expires_at: "0" } : {});
    const left = forms(tokens);
    await running.round(left.tokens(tokens.length / 6), 20_000);
    const half = tokens.length / 3;
    const began = performance.now();
    const { answered } = await running.round(left.tokens(half), 20_000);
    const full = (answered * 1000) / (performance.now() - began);
    if (expired) await sweepBegins(file);
    const { latencies, failed } = await steadyLoad({
      ...{ url: running.url ?? "", bodies: left.bodies(), rate: full / 2, duration: quick ? 5_000 : 15_000 },
    });
    const problems = [
      ...(failed > 0 ? [`${failed} requests failed`] : []),
      ...(expired && expiredIn(file) === 0 ? ["the sweep ended before the load"] : []),
    ];
    return { build: build.name, situation: situation.name, full, latencies, problems };
  } finally {
    await stop(running, scratch);
  }
}

async function stop(running: Running, scratch: string): Promise<void> {
  await running.stop();
  rmSync(scratch, { recursive: true, force: true });
}

function storeFile(scratch: string): string {
  const name = readdirSync(scratch, { recursive: true }).find((each) => `${each}`.endsWith(".sqlite"));
  return join(scratch, `${name}`);
}

function expiredIn(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
  const { n } = db.prepare("SELECT count(*) AS n FROM sessions WHERE expires_at = 0").get() ?? {};
  db.close();
  return Number(n);
}

/** The app sweeps once a minute. */
async function sweepBegins(file: string): Promise<void> {
  const all = expiredIn(file);
  while (expiredIn(file) === all) await elapsed(250);
}

/** Hands out each token once, as such or as a form. */
function forms(all: readonly string[]) {
  let next = 0;
  return {
    *tokens(most: number): Generator<string> {
      for (const end = next + most; next < end && next < all.length; ) yield all[next++] as string;
    },
    *bodies(): Generator<string> {
      while (next < all.length) yield `logout_token=${all[next++]}`;
    },
  };
}

function resultOf(measured: readonly Measured[], quick: boolean): Result {
  const rows = measured.map(({ build, situation, full, latencies }) => [
    situation,
    build,
    count(full),
    ...[0.5, 0.99, 1].map((q) => ms(quantile(latencies, q))),
  ]);
  const reaches = measured
    .filter(({ build }) => build === measured[0]?.build)
    .map(({ situation, latencies }): Reach => {
      const what = `4: p99 at half load, ${situation}`;
      return { what, bound: "at most", limit: 10, unit: "ms", measured: quantile(latencies, 0.99) };
    });
  return {
    tables: [
      {
        title: "From when a request was due until its answer",
        head: ["", "Build", "full load, requests/s", "p50", "p99", "worst"],
        rows,
      },
    ],
    reaches,
    notes: [
      "The load generator shares the machine with the app, so that half load is more than half of it. Each token ends a session on disk.",
      ...(quick ? ["--quick: 50,000 sessions instead of 1,000,000."] : []),
      ...measured.flatMap(({ build, situation, problems }) =>
        problems.map((problem) => `${build}, ${situation}: ${problem}`),
      ),
    ],
    data: measured.map(({ latencies, ...rest }) => ({
      ...rest,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    })),
  };
}
