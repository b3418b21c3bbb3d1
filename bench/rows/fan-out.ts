/** A logout at the embedded OP of two hundred apps, ten of which are dead (reach 5). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#lib/net/free-port.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { consentToAll, type ManyApps, manyApps, settingOf, signInToAll } from "#lib/op/testing/many-apps.ts";
import { cpuSeconds } from "../measure/cpu.ts";
import { startServer } from "../measure/process.ts";
import { median, ms, rotated } from "../measure/statistics.ts";
import type { Build, Context, Result, Row } from "../row.ts";

const counts = { silent: 5, refusing: 5, living: 190 };

interface Logout {
  /** From the user's Yes until the last living app has its logout token, in milliseconds. */
  last: number;
  /** From the user's Yes until the OP's answer. */
  user: number;
  /** CPU time of the OP until both, in milliseconds. */
  cpu: number;
}

interface Running {
  name: string;
  logouts: Logout[];
  logOut(): Promise<Logout>;
  stop(): Promise<void>;
}

export const fanOut: Row = {
  name: "fan-out",
  title: "A logout of 200 apps at the embedded OP, ten of them dead",
  run: async ({ builds, quick, say }: Context): Promise<Result> => {
    const running: Running[] = [];
    try {
      for (const build of builds) running.push(await start(build));
      const rounds = quick ? 2 : 6;
      for (let round = 0; round < rounds; round++) {
        say(`Round ${round + 1} of ${rounds}`);
        for (const one of rotated(running, round)) one.logouts.push(await one.logOut());
      }
    } finally {
      for (const { stop } of running) await stop();
    }
    return resultOf(running);
  },
};

async function start({ name, root }: Build): Promise<Running> {
  const many = await manyApps(counts);
  const [directory, port] = [mkdtempSync(join(tmpdir(), "bench-")), await freePort()];
  consentToAll(directory, many);
  const origin = `http://localhost:${port}`;
  const env = {
    OP_PORT: String(port),
    OP_DATA_DIR: directory,
    OP_APPS: JSON.stringify(settingOf(many)),
    LOG_FORMAT: "json",
  };
  const args = ["lib/op/main.ts"];
  const server = await startServer({ name: "the OP", args, cwd: root, env, probe: `${origin}/` });
  return {
    name,
    logouts: [],
    logOut: () => logOut(origin, server.pid, many),
    stop: async () => {
      await server.stop();
      many.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function logOut(origin: string, pid: number, many: ManyApps): Promise<Logout> {
  const browser = new HttpBrowser();
  await signInToAll(origin, browser, many);
  const living = many.apps.filter(({ kind }) => kind === "living");
  const expected = living.map((app) => ({ app, tokens: app.tokens + 1 }));
  const question = await browser.get(`${origin}/oidc/logout`);
  const notified = many.until(() => expected.every(({ app, tokens }) => app.tokens >= tokens));
  const [began, before] = [Date.now(), cpuSeconds(pid)];
  const back = browser.submit(question, { logout: "yes" }).then(() => Date.now());
  const [end] = await Promise.all([back, notified]);
  const last = Math.max(...living.map(({ notifiedAt }) => notifiedAt));
  return { last: last - began, user: end - began, cpu: (cpuSeconds(pid) - before) * 1000 };
}

function resultOf(running: readonly Running[]): Result {
  const rows = running.map(({ name, logouts }) => {
    const [first] = logouts;
    const cell = (of: (logout: Logout) => number) => ms(median(logouts.map(of)));
    return [
      name,
      cell(({ last }) => last),
      cell(({ user }) => user),
      ms(first?.user ?? Number.NaN),
      cell(({ cpu }) => cpu),
    ];
  });
  const [own] = running;
  const last = median(own?.logouts.map((logout) => logout.last) ?? []);
  const waits = median(own?.logouts.map((logout) => logout.user - logout.last) ?? []);
  return {
    tables: [
      {
        title: "From the user's Yes; median of the logouts",
        head: [
          "Build",
          "last living app notified",
          "user's answer",
          "of the first logout",
          "CPU time of the OP",
        ],
        rows,
      },
    ],
    reaches: [
      { what: "5: all living apps notified", bound: "at most", limit: 1000, unit: "ms", measured: last },
      {
        what: "5: the user's answer after the last living app, which the dead could delay",
        bound: "at most",
        limit: 250,
        unit: "ms",
        measured: waits,
      },
    ],
    notes: [
      "190 apps answer, five accept the connection and never do, five refuse it. Apps, user and OP share the machine.",
      "The first logout is the only one that finds the dead ones unknown: the user waits 250 ms for them once.",
    ],
    data: running.map(({ name, logouts }) => ({ name, logouts })),
  };
}
