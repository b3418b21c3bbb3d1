/** One process of the demo: started, watched until it answers, ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Environment } from "#lib/config/env.ts";
import { visible } from "#lib/net/foreign-text.ts";
import type { Channel, Output } from "./output.ts";
import { answers } from "./probe.ts";

export interface ProcessPlan {
  name: string;
  /** What Node runs, with its arguments. */
  args: string[];
  env: Environment;
  /** The address for people. */
  address: string;
  /** Answers 2xx as soon as the process is ready. */
  probe: string;
  /** Lines not to pass on. */
  isNoise?: (line: string) => boolean;
}

export type ProcessState = "starting" | "ready" | "ended";

/** How a process ended: its exit code, or the signal that ended it. */
type Ending = number | NodeJS.Signals;

export interface ManagedProcess {
  readonly name: string;
  readonly address: string;
  readonly pid: number | undefined;
  state(): ProcessState;
  /** Settles when the process is gone, whether expected or not. */
  readonly ended: Promise<Ending>;
  /** @throws {CannotRun} if it ends before it answers, or does not answer in time */
  ready(): Promise<void>;
  /** Ends it: SIGTERM first, SIGKILL after some seconds. */
  stop(): Promise<void>;
  /** What to show if it ended unexpectedly. */
  obituary(ending: Ending): string;
}

const keptLines = 20;
const startMs = 60_000;
const stopMs = 5_000;
const preload = new URL("./die-with-parent.mjs", import.meta.url).href;
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts a process of the demo; its lines go to `output`. */
export function startProcess(plan: ProcessPlan, output: Output): ManagedProcess {
  const { name, address } = plan;
  const began = performance.now();
  let state: ProcessState = "starting";
  const lastLines: string[] = [];
  const child = spawn(process.execPath, ["--import", preload, ...plan.args], {
    cwd: root,
    env: { ...plan.env, NODE_ENV: "production" },
    // The channel tells it when we are gone. A group of its own keeps the terminal's Ctrl-C from it: we end our
    // processes ourselves, so that none appears to have crashed.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: process.platform !== "win32",
  });
  for (const channel of ["stdout", "stderr"] as const) {
    readLines(child, channel, (line) => {
      if (line.trim() === "" || plan.isNoise?.(line)) return;
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
      output.relay(name, line, channel);
    });
  }
  const ended = endingOf(child).finally(() => {
    state = "ended";
  });
  const obituary = (how: string) =>
    [`[${name}] ${how}`, ...lastLines.map((line) => `    ${visible(stripVTControlCharacters(line))}`)].join(
      "\n",
    );
  const died = (ending: Ending) =>
    obituary(
      `ended with ${typeof ending === "number" ? `exit code ${ending}` : `signal ${ending}`}; its last lines:`,
    );

  return {
    name,
    address,
    pid: child.pid,
    state: () => state,
    ended,
    obituary: died,
    ready: async () => {
      const ending = await Promise.race([answers(plan.probe, startMs, () => state !== "ended"), ended]);
      if (typeof ending !== "boolean") throw new CannotRun(died(ending));
      if (!ending)
        throw new CannotRun(
          obituary(`did not answer at ${plan.probe} within ${startMs / 1000} s; its last lines:`),
        );
      state = "ready";
      output.say(name, `ready at ${address} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    },
    stop: async () => {
      if (state === "ended") return;
      child.kill("SIGTERM");
      const insist = setTimeout(() => child.kill("SIGKILL"), stopMs);
      await ended.finally(() => clearTimeout(insist));
    },
  };
}

function readLines(child: ChildProcess, channel: Channel, onLine: (line: string) => void): void {
  const stream = child[channel];
  if (stream) createInterface({ input: stream }).on("line", onLine);
}

/** On `close`, not `exit`: by then its last lines have arrived. */
function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
}
