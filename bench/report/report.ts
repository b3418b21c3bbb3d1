/** A run as data. */
import { execFileSync } from "node:child_process";
import os from "node:os";
import { root } from "#lib/prepare/step.mjs";
import type { Result } from "../row.ts";

export interface RowReport extends Result {
  name: string;
  title: string;
}

export interface Report {
  machine: {
    /** ISO 8601. */
    at: string;
    revision: string;
    cores: number;
    cpu: string;
    memoryGiB: number;
    node: string;
    /** Of the minute before. */
    load: number;
    quick: boolean;
  };
  rows: RowReport[];
}

/** What this run runs on. */
export function thisMachine(quick: boolean): Report["machine"] {
  return {
    at: new Date().toISOString(),
    revision: revision(),
    cores: os.availableParallelism(),
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.versions.node,
    load: os.loadavg()[0] ?? 0,
    quick,
  };
}

function revision(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown"; // not a clone
  }
}
