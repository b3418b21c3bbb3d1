/** The real app, built and started as in production, with a test's settings. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#lib/net/free-port.ts";
import { endsWithParent } from "#lib/prepare/parent.mjs";

export interface RpProcess {
  /** Base URL, for example http://localhost:41234/playground2 */
  base: string;
  /** Folder of its session store. */
  data: string;
  pid: () => number;
  /** Its output so far, standard error included. */
  output: () => string;
  /** Resolves once the output contains this text. */
  printed: (text: string) => Promise<void>;
  /** Restarts it with the same store, port and settings, except these changes. */
  restart: (changes?: Record<string, string>) => Promise<void>;
  /** Stops it and keeps its data. */
  stopProcess: () => Promise<void>;
  stop: () => Promise<void>;
  /** Kills it with SIGKILL. */
  kill: () => Promise<void>;
}

/** `served`: as in production. `bare`: the same endpoints for logout tokens without Next, which start much faster. */
export type Program = "served" | "bare";

/** @param settings environment variables, overriding the tests' defaults
 *  @param on port; default: a free one
 *  @param status expected from /health: 503 for an app without its session store */
export async function startRp(
  settings: Record<string, string>,
  name = "playground2",
  on?: number,
  status = 200,
  program: Program = "served",
): Promise<RpProcess> {
  const port = on ?? (await freePort());
  const base = `http://localhost:${port}/${name}`;
  const data = mkdtempSync(join(tmpdir(), "rp-"));
  const environment = {
    ...withoutColour(),
    RP_NAME: name,
    RP_BASE_URLS: base,
    RP_SECRET: crypto.randomUUID() + crypto.randomUUID(),
    CLIENT_ID: name,
    DATA_DIR: data,
    REDIS_URL: "",
    ...settings,
  };
  const start = (env: NodeJS.ProcessEnv, expected: number) =>
    launch([...endsWithParent, ...programs[program](port)], env, `${base}/health`, expected);
  let running = await start(environment, status);
  let isStopped = false;
  return {
    base,
    data,
    pid: () => running.pid,
    output: () => running.output(),
    printed: (text) => running.printed(text),
    restart: async (changes = {}) => {
      await running.stop();
      running = await start({ ...environment, ...changes }, 200);
      if (isStopped) await running.stop(); // by a test that took too long
    },
    stopProcess: () => running.stop(),
    kill: () => running.stop("SIGKILL"),
    stop: async () => {
      isStopped = true;
      await running.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const withoutColour = () => ({ ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" });

/** Arguments of Node. */
const programs: Readonly<Record<Program, (port: number) => readonly string[]>> = {
  served: (port) => ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
  bare: (port) => ["e2e/support/bare-app.ts", String(port)],
};

async function launch(args: string[], env: NodeJS.ProcessEnv, health: string, status: number) {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const heard = listen(child);
  const stop = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  try {
    await Promise.race([
      answers(health, status, () => child.exitCode === null),
      failsToStart(child, heard.output),
    ]);
  } catch (error) {
    await stop("SIGKILL"); // else the test file never ends
    throw error;
  }
  return { ...heard, pid: child.pid as number, stop };
}

/** Collects the output of a child process, and waits for texts in it. */
function listen(child: ChildProcess) {
  let text = "";
  const waiting = new Map<string, () => void>();
  const onData = (chunk: Buffer) => {
    text += chunk;
    for (const [expected, resolve] of waiting) if (text.includes(expected)) resolve();
  };
  child.stdout?.on("data", onData);
  child.stderr?.on("data", onData);
  return {
    output: () => text,
    printed: (expected: string) =>
      new Promise<void>((resolve) => (text.includes(expected) ? resolve() : waiting.set(expected, resolve))),
  };
}

async function failsToStart(child: ChildProcess, output: () => string): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`the app ended with ${code}:\n${output()}`);
}

/** Polls until a URL answers with this status, for at most a minute and only while `goOn` returns true. */
async function answers(url: string, status: number, goOn: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (goOn()) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === status) return;
    if (Date.now() > deadline) throw new Error(`${url} did not answer ${status} in 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
