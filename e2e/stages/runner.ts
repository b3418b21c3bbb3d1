/** Runs the tools of the stages, and ends the one that runs when we are interrupted. */
import { type ChildProcess, spawn } from "node:child_process";
import { interruption } from "#lib/cli/interruption.ts";
import { endsWithParent } from "#lib/prepare/parent.mjs";

export interface Runner {
  /** Runs Node with these arguments, on our terminal; `true` for exit code 0. */
  node(args: string[], env?: Record<string, string>): Promise<boolean>;
  /** Aborts when we are interrupted. */
  readonly signal: AbortSignal;
}

/** A runner that listens to Ctrl-C, signals and the end of the launcher. */
export function createRunner(): Runner {
  const signal = interruption();
  let running: ChildProcess | undefined;
  // Test runners clean up and end on this one.
  signal.addEventListener("abort", () => running?.kill("SIGINT"));
  return {
    signal,
    node: (args, env = {}) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(false);
        // Tests must not use a Redis that someone works with.
        const environment = { ...process.env, REDIS_URL: "", ...env };
        running = spawn(process.execPath, [...endsWithParent, ...args], {
          stdio: "inherit",
          env: environment,
        });
        running.once("error", () => resolve(false));
        running.once("exit", (code) => resolve(code === 0 && !signal.aborted));
      }),
  };
}
