/** This project's receivers: the core behind `node:http`, and the app as the demo starts it. Their sessions are in a store
 * on disk, and each token ends one of them. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { endsWithParent } from "#lib/prepare/parent.mjs";
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

async function startOwn(setting: Setting, root: string, redisUrl: string, planFor: PlanFor, url: string) {
  const env = environment(setting, root, redisUrl);
  mkdirSync(env.DATA_DIR);
  if (redisUrl) await askStore(env, "fill", String(setting.sessions));
  else cpSync(await filledStore(setting, root), env.DATA_DIR, { recursive: true });
  const running = await overHttp((port) => planFor(env, port), url);
  return { ...running, problem: (sent: number) => problemOf(env, sent, setting.sessions) };
}

let folders = 0;

const environment = ({ issuer, scratch }: Setting, root: string, redisUrl: string) => ({
  RP_NAME: app,
  RP_BASE_URLS: `http://localhost/${app}`,
  RP_SECRET: crypto.randomUUID(),
  OP_ISSUER: issuer.issuer,
  CLIENT_ID: clientId,
  ALLOW_LOOPBACK: "true",
  // Tokens are minted before the rounds.
  LOGOUT_TOKEN_MAX_AGE: "3600",
  DATA_DIR: path.join(scratch, `store-${folders++}`),
  REDIS_URL: redisUrl,
  BENCH_ROOT: root,
});

type OwnEnvironment = ReturnType<typeof environment>;

/** Runs servers/store.ts with the code of a build. */
async function askStore(env: OwnEnvironment, ...args: string[]): Promise<string> {
  const script = path.join(ownRoot, "bench/servers/store.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [...endsWithParent, script, ...args], {
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

/** Folders of stores that no receiver uses, by setting and build. */
const filled = new WeakMap<Setting, Map<string, Promise<string>>>();

/** A store of a build with all sessions, to copy: to sign in takes longer. */
function filledStore(setting: Setting, root: string): Promise<string> {
  const ofSetting = filled.get(setting) ?? new Map<string, Promise<string>>();
  filled.set(setting, ofSetting);
  const env = environment(setting, root, "");
  const found =
    ofSetting.get(root) ?? askStore(env, "fill", String(setting.sessions)).then(() => env.DATA_DIR);
  ofSetting.set(root, found);
  return found;
}

/** Compares samples of the sessions that were logged out, and of those that were not. */
async function problemOf(env: OwnEnvironment, sent: number, sessions: number): Promise<string | undefined> {
  const [ofSent, ofOthers] = [sample(0, sent), sample(sent, sessions - 1)];
  const [ended, wronglyEnded] = [
    await askStore(env, "ended", ofSent.join(",")),
    await askStore(env, "ended", ofOthers.join(",")),
  ];
  if (Number(ended) === ofSent.length && Number(wronglyEnded) === 0) return undefined;
  return `of ${ofSent.length} sessions with a logout token ${ended} have ended, of ${ofOthers.length} others ${wronglyEnded}`;
}

/** Some of the numbers of a range. */
function sample(from: number, to: number): number[] {
  const step = Math.max(1, Math.floor((to - from) / 500));
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}
