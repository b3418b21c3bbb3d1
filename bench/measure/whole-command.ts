/** A command from its start to its end: what it took, and the CPU time of all its processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { allProcesses, type ProcessTimes } from "./cpu.ts";

/** Milliseconds between two looks at the processes: those that live shorter count once their parent has waited for them. */
const between = 200;

export interface Took {
  seconds: number;
  cpuSeconds: number;
  exitCode: number | null;
}

/** Runs Node with these arguments. Its output is dropped. */
export async function runToEnd(args: readonly string[], cwd: string): Promise<Took> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: "ignore" });
  const kill = () => child.kill();
  process.once("exit", kill);
  const family = new Family(child.pid as number);
  const ended = once(child, "exit");
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    family.see(allProcesses());
    await Promise.race([ended, delay(between)]);
  }
  process.off("exit", kill);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, cpuSeconds: family.cpuSeconds(), exitCode: child.exitCode };
}

interface Member extends ProcessTimes {
  /** Number of the look at which it was last there. */
  seen: number;
}

/** A process and all its descendants, as they were last seen: a browser's processes end before the command does. */
export class Family {
  readonly #root: number;
  readonly #members = new Map<number, Member>();
  #looks = 0;

  constructor(root: number) {
    this.#root = root;
  }

  see(processes: ReadonlyMap<number, ProcessTimes>): void {
    this.#looks += 1;
    const children = Map.groupBy(processes, ([, { ppid }]) => ppid);
    const visit = (pid: number) => {
      const times = processes.get(pid);
      const known = this.#members.get(pid);
      if (!times || known?.seen === this.#looks) return;
      // One whose parent has ended gets another parent.
      this.#members.set(pid, { ...times, ppid: known?.ppid ?? times.ppid, seen: this.#looks });
      for (const [child] of children.get(pid) ?? []) visit(child);
    };
    for (const pid of [this.#root, ...this.#members.keys()]) visit(pid);
  }

  /** A child that has ended counts as its parent has counted it or, if the parent has not waited for it, as last seen. */
  cpuSeconds(pid = this.#root): number {
    const parent = this.#members.get(pid);
    if (!parent) return 0;
    const children = [...this.#members].filter(([, { ppid }]) => ppid === pid);
    const sum = (those: typeof children) =>
      those.reduce((total, [child]) => total + this.cpuSeconds(child), 0);
    const ended = sum(children.filter(([, { seen }]) => seen < parent.seen));
    const running = sum(children.filter(([, { seen }]) => seen >= parent.seen));
    return parent.own + Math.max(parent.ofEnded, ended) + running;
  }
}
