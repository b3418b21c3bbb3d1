/** This project's receivers: the core behind `node:http`, and the app as the demo starts it. Their sessions are in a store
 * on disk, and each token ends one of them. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { root as ownRoot } from "#lib/prepare/step.mjs";
import type { Build } from "../row.ts";
import { clientId } from "../sessions.ts";
import { overHttp, type Receiver, type Setting } from "./receiver.ts";

const app = "playground2";

/** The core of a build.
 * @param redisUrl default: SQLite */
export const core = ({ name, root }: Build, redisUrl = ""): Receiver => ({
  name: label("our core", name),
  note: "remembers jti and ends the session, both on disk before the answer",
  start: (setting) =>
    startOwn(
      setting,
      root,
      redisUrl,
      (env, port) => ({
        name: "our core",
        args: [path.join(ownRoot, "bench/servers/core.ts")],
        cwd: root,
        env: { ...env, PORT: String(port) },
      }),
      "/bclogout",
    ),
});

/** The app of a build, as the demo starts it. */
export const served = ({ name, root }: Build): Receiver => ({
  name: label("our app as served", name),
  note: "likewise, with its pages",
  start: (setting) =>
    startOwn(
      setting,
      root,
      "",
      (env, port) => ({
        name: "our app",
        args: ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
        cwd: root,
        env,
      }),
      `/${app}/bclogout`,
    ),
});

const label = (what: string, build: string) => (build === "this one" ? what : `${what}, ${build}`);

type PlanFor = (
  env: Record<string, string>,
  port: number,
) => Parameters<typeof overHttp>[0] extends (port: number) => infer Plan ? Plan : never;

let stores = 0;

async function startOwn(setting: Setting, root: string, redisUrl: string, planFor: PlanFor, url: string) {
  const { issuer, sessions, scratch } = setting;
  const folder = path.join(scratch, `store-${stores++}`);
  mkdirSync(folder);
  const env = {
    RP_NAME: app,
    RP_BASE_URLS: `http://localhost/${app}`,
    RP_SECRET: crypto.randomUUID(),
    OP_ISSUER: issuer.issuer,
    CLIENT_ID: clientId,
    ALLOW_LOOPBACK: "true",
    // Tokens are minted before the rounds.
    LOGOUT_TOKEN_MAX_AGE: "3600",
    DATA_DIR: folder,
    REDIS_URL: redisUrl,
    BENCH_ROOT: root,
  };
  const askStore = async (...args: string[]) => {
    const script = path.join(ownRoot, "bench/servers/store.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], {
      env: { ...process.env, ...env },
    });
    return stdout;
  };
  await askStore("fill", String(sessions));
  const running = await overHttp((port) => planFor(env, port), url);
  return {
    ...running,
    problem: async (sent: number) => {
      const [ofSent, ofOthers] = [sample(0, sent), sample(sent, sessions)];
      const [ended, wronglyEnded] = [await askStore("ended", ofSent), await askStore("ended", ofOthers)];
      if (Number(ended) === count(ofSent) && Number(wronglyEnded) === 0) return undefined;
      return `of ${count(ofSent)} sessions with a logout token ${ended.trim()} have ended, of ${count(ofOthers)} others ${wronglyEnded.trim()}`;
    },
  };
}

/** Some of the numbers of a range, as one argument. */
function sample(from: number, to: number): string {
  const step = Math.max(1, Math.floor((to - from) / 500));
  const numbers: number[] = [];
  for (let n = from; n < to; n += step) numbers.push(n);
  return numbers.join(",");
}

const count = (numbers: string) => (numbers === "" ? 0 : numbers.split(",").length);
