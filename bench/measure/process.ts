/** A server under measurement: a process of its own, ended with this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CannotRun } from "#lib/cli/errors.ts";
import { endsWithParent } from "#lib/prepare/parent.mjs";

export interface ServerPlan {
  name: string;
  /** Default: this Node, which then ends with this process. */
  file?: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
  /** Ready as soon as a GET of this URL is answered, with whatever status. */
  probe: string;
}

export interface ServerProcess {
  pid: number;
  /** Ends it with SIGTERM, after five seconds with SIGKILL. */
  stop(): Promise<void>;
}

const startMs = 60_000;
const stopMs = 5_000;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});

/** Starts a server. Its output goes to a file that is shown if it does not start: reading it would cost CPU time here.
 * @throws {CannotRun} if it ends, or does not answer in time */
export async function startServer(plan: ServerPlan): Promise<ServerProcess> {
  const { name, file = process.execPath, args, cwd, env = {}, probe } = plan;
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const errors = join(folder, "stderr");
  const stderr = openSync(errors, "w");
  const own = plan.file === undefined ? endsWithParent : [];
  const child = spawn(file, [...own, ...args], {
    cwd,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...env },
    stdio: ["ignore", "ignore", stderr],
  });
  closeSync(stderr);
  running.add(child);
  const stop = async () => {
    await end(child);
    running.delete(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await answers(probe, child);
    return { pid: child.pid as number, stop };
  } catch (error) {
    const lines = readFileSync(errors, "utf8").trim().split("\n").slice(-20).join("\n");
    await stop();
    throw new CannotRun(`${name}: ${(error as Error).message}\n${lines}`);
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    if (failure) throw failure;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
    const response = await fetch(url, { redirect: "manual" }).catch(() => undefined);
    await response?.body?.cancel();
    if (response) return;
    await delay(50);
  }
  throw new Error(`it did not answer at ${url} within ${startMs / 1000} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await gone.finally(() => clearTimeout(insist));
}
