/** The processes of the demo: they start together and end together. */
import { CannotRun } from "#lib/cli/errors.ts";
import { type ManagedProcess, type ProcessPlan, type ProcessState, startProcess } from "./managed-process.ts";
import type { Output } from "./output.ts";

export interface ProcessGroup {
  /** Starts these at the same time; settles once all of them answer. @throws {CannotRun} if one does not */
  start(plans: ProcessPlan[]): Promise<void>;
  /** Rejects with the last lines of a process that ends unexpectedly. */
  readonly died: Promise<never>;
  stateOf(name: string): ProcessState;
  /** Of all processes that were started. */
  pids(): number[];
  /** Ends all of them, and settles when the last one is gone. */
  stop(): Promise<void>;
}

export function createProcessGroup(output: Output): ProcessGroup {
  const running = new Map<string, ManagedProcess>();
  const { promise: died, reject } = Promise.withResolvers<never>();
  // Not an unhandled rejection before something waits for it.
  died.catch(() => undefined);
  let stopping = false;

  function startOne(plan: ProcessPlan): Promise<void> {
    if (stopping) throw new CannotRun("The demo is shutting down.");
    const started = startProcess(plan, output);
    running.set(plan.name, started);
    void started.ended.then((ending) => {
      if (!stopping) reject(new CannotRun(started.obituary(ending)));
    });
    return started.ready();
  }

  return {
    died,
    start: async (plans) => {
      await Promise.all(plans.map(startOne));
    },
    pids: () => [...running.values()].flatMap(({ pid }) => pid ?? []),
    stateOf: (name) => running.get(name)?.state() ?? "starting",
    stop: async () => {
      stopping = true;
      await Promise.all([...running.values()].map((each) => each.stop()));
    },
  };
}

/**
 * Runs `stages` of processes, each once the previous one answers, until `signal`. No process is left when it settles.
 * @throws {CannotRun} if a process ends unexpectedly or does not answer
 */
export async function runProcesses(
  group: ProcessGroup,
  stages: ProcessPlan[][],
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  const startAll = async () => {
    for (const plans of stages) await group.start(plans);
    onReady();
    await stopped;
  };
  try {
    await Promise.race([startAll(), group.died, stopped]);
  } finally {
    await group.stop();
  }
}
