/** What a logout costs by the number of sessions in the store, and of those that it ends (reach 4). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "#lib/rp/store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { receive } from "#lib/store/testing/stored.ts";
import { multiply } from "../measure/multiply.ts";
import { count, ms, quantile, times } from "../measure/statistics.ts";
import type { Context, Result, Row } from "../row.ts";
import { logoutOf, sessionNumber } from "../sessions.ts";

/** How many sessions a logout by `sub` ends. */
const ends = [1, 10, 100];
const logouts = 400;

interface Cost {
  /** CPU time of one logout, in milliseconds. */
  cpu: number;
  p50: number;
  p99: number;
}

export const endings: Row = {
  name: "endings",
  title: "Logouts by number of sessions, in SQLite (`receiveLogout`)",
  run: async ({ quick, say }: Context): Promise<Result> => {
    const sizes = quick ? [1000, 20_000] : [1000, 100_000, 1_000_000];
    const bySid: Cost[] = [];
    let bySub: Cost[] = [];
    for (const size of sizes) {
      say(`${count(size)} sessions`);
      const folder = mkdtempSync(join(tmpdir(), "bench-"));
      let store = openSqliteStore(folder, "bench");
      const sample = Array.from({ length: logouts }, (_, n) => sessionNumber(n));
      for (const session of sample) await store.beginSession(session, undefined, Date.now());
      await store.close();
      multiply(join(folder, "bench.sqlite"), size - logouts);
      store = openSqliteStore(folder, "bench");
      bySid.push(await costOf(sample.map((session) => () => receive(store, logoutOf(session)))));
      if (size === sizes.at(-1)) bySub = await costsBySub(store);
      await store.close();
      rmSync(folder, { recursive: true });
    }
    return resultOf(sizes, bySid, bySub);
  },
};

async function costsBySub(store: Store): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const each of ends) {
    const users = Math.min(100, 5000 / each);
    const works: (() => Promise<unknown>)[] = [];
    for (let user = 0; user < users; user++) {
      const session = sessionNumber(user);
      const sub = `of-${each}-${user}`;
      for (let n = 0; n < each; n++) {
        const { sessionId, login, ...rest } = sessionNumber(n);
        const own = login && { ...login, sub, sid: `${sub}-${n}`, claims: { ...login.claims, sub } };
        await store.beginSession(
          { ...rest, sessionId: `${sub} ${sessionId}`, ...(own && { login: own }) },
          undefined,
          Date.now(),
        );
      }
      works.push(() => receive(store, { ...logoutOf(session), sid: undefined, sub }));
    }
    costs.push(await costOf(works));
  }
  return costs;
}

/** Runs them one after the other. */
async function costOf(works: readonly (() => Promise<unknown>)[]): Promise<Cost> {
  const durations: number[] = [];
  const before = process.cpuUsage();
  for (const work of works) {
    const began = performance.now();
    await work();
    durations.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    cpu: (user + system) / 1000 / works.length,
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
  };
}

function resultOf(sizes: readonly number[], bySid: readonly Cost[], bySub: readonly Cost[]): Result {
  const [few] = bySid;
  const most = bySid.at(-1);
  const [, ten, hundred] = bySub;
  const cells = ({ cpu, p50, p99 }: Cost, peer: number) => [ms(cpu), times(cpu / peer), ms(p50), ms(p99)];
  const head = ["CPU time of a logout", "ratio", "p50", "p99"];
  return {
    tables: [
      {
        title: "By `sid`",
        head: ["Sessions in the store", ...head],
        rows: bySid.map((cost, index) => [count(sizes[index] ?? 0), ...cells(cost, few?.cpu ?? 0)]),
      },
      {
        title: `By \`sub\`, with ${count(sizes.at(-1) ?? 0)} sessions in the store`,
        head: ["Sessions that it ends", ...head],
        rows: bySub.map((cost, index) => [count(ends[index] ?? 0), ...cells(cost, bySub[0]?.cpu ?? 0)]),
      },
    ],
    reaches: [
      {
        what: "4: a logout by sid, with most sessions / with fewest (flat)",
        ...{ bound: "at most", limit: 1.5, unit: "×" },
        measured: most && few && most.cpu / few.cpu,
      },
      {
        what: "4: a logout by sub that ends 100 / that ends 10 (linear)",
        ...{ bound: "at most", limit: 10, unit: "×" },
        measured: hundred && ten && hundred.cpu / ten.cpu,
      },
    ],
    notes: ["The ratios are of CPU time: a deeper index costs a little more, a wait for the disk nothing."],
    data: { sizes, bySid, bySub },
  };
}
