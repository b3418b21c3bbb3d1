/** The CPU time of a process with all its threads, from /proc (proc(5)): what a request costs, whatever else runs on the
 * machine. Only Linux has it. */
import { readdirSync, readFileSync } from "node:fs";

/** Of `utime` and the others, per second; the same on every Linux that Node supports (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

export interface ProcessTimes {
  ppid: number;
  /** Seconds in user and kernel mode, of all threads. */
  own: number;
  /** The same of its children that have ended and were waited for. */
  ofEnded: number;
}

/** @param stat content of /proc/PID/stat */
export function parseStat(stat: string): ProcessTimes {
  // The name in the second field may have spaces and parentheses; the third field is the first of these.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [ppid, utime, stime, cutime, cstime] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]));
  const seconds = (...ticks: (number | undefined)[]) =>
    ticks.reduce<number>((sum, each) => sum + (each ?? Number.NaN), 0) / ticksPerSecond;
  return { ppid: ppid ?? Number.NaN, own: seconds(utime, stime), ofEnded: seconds(cutime, cstime) };
}

/** CPU seconds that a process and its descendants have used so far.
 * @param processes by their id */
export function treeSeconds(root: number, processes: ReadonlyMap<number, ProcessTimes>): number {
  const own = processes.get(root);
  if (!own) return 0;
  const children = [...processes].filter(([, { ppid }]) => ppid === root).map(([pid]) => pid);
  return children.reduce((sum, pid) => sum + treeSeconds(pid, processes), own.own + own.ofEnded);
}

/** All processes of this machine by their id.
 * @throws {Error} if the system has no /proc */
export function allProcesses(): Map<number, ProcessTimes> {
  const processes = new Map<number, ProcessTimes>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      processes.set(Number(name), parseStat(readFileSync(`/proc/${name}/stat`, "utf8")));
    } catch {
      // It has ended since.
    }
  }
  return processes;
}

/** CPU seconds that a process of this machine and its descendants have used so far.
 * @throws {Error} if it is gone, or the system has no /proc */
export function cpuSeconds(pid: number): number {
  const processes = allProcesses();
  if (!processes.has(pid)) throw new Error(`Process ${pid} has ended.`);
  return treeSeconds(pid, processes);
}
