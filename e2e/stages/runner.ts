/** Runs the tools of the stages, and ends the one that runs when somebody ends us. */
import { type ChildProcess, spawn } from "node:child_process";

export interface Runner {
  /** Runs Node with these arguments, on our terminal; `true` for exit code 0. */
  node(args: string[], env?: Record<string, string>): Promise<boolean>;
  /** Whether somebody asked us to end. */
  isStopped(): boolean;
}

/** Listens to Ctrl-C, to signals, and to the launcher's end. */
export function createRunner(): Runner {
  let running: ChildProcess | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    // Test runners take this one for "clean up and end".
    running?.kill("SIGINT");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.once("disconnect", stop);
  return {
    isStopped: () => stopped,
    node: (args, env = {}) =>
      new Promise((resolve) => {
        // A Redis that somebody works with is none for tests.
        const environment = { ...process.env, REDIS_URL: "", ...env };
        running = spawn(process.execPath, args, { stdio: "inherit", env: environment });
        running.once("error", () => resolve(false));
        running.once("exit", (code) => resolve(code === 0 && !stopped));
      }),
  };
}
