/** A full disk for one process that runs: its files cannot be written, those of the others can. */
import { execFileSync } from "node:child_process";

const limit = (pid: number, bytes: string) =>
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);

export const fillDisk = (pid: number): void => void limit(pid, "0");
export const freeDisk = (pid: number): void => void limit(pid, "unlimited");
