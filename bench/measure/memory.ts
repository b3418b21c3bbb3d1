/** Memory of a process, from /proc (proc(5)). Only Linux has it. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseStat } from "./cpu.ts";

/** Megabytes of a line such as `VmRSS:   132 kB`; NaN without one.
 * @param text content of /proc/PID/status or /proc/PID/smaps_rollup */
export function megabytes(text: string, name: string): number {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text) ?? [];
  return (Number(kib ?? Number.NaN) * 1024) / 1e6;
}

export interface Memory {
  /** With the pages of the program's file, which processes share. */
  resident: number;
  /** Shared pages divided among those that share them. */
  proportional: number;
}

/** Memory in megabytes as soon as the process has used no CPU time for two seconds. */
export async function idleMemory(pid: number): Promise<Memory> {
  const file = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8");
  for (let quiet = 0, last = -1; quiet < 20; ) {
    await delay(100);
    const { own } = parseStat(file("stat"));
    quiet = own === last ? quiet + 1 : 0;
    last = own;
  }
  return {
    resident: megabytes(file("status"), "VmRSS"),
    proportional: megabytes(file("smaps_rollup"), "Pss"),
  };
}
