/** One process at a time in a folder. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root, say } from "./step.mjs";

const pollMs = 200;
/** A lock without a process id after this time was left by a process that died while writing it. */
const unsignedMs = 5_000;

/** @typedef {{ pid: number, about: string }} Holder the process that has a lock, and what it does */

/**
 * Waits until no other run installs or builds here, then does `work`.
 * @template T @param {() => Promise<T>} work @param {string} [lockFile] @returns {Promise<T>}
 */
export async function withLock(work, lockFile = path.join(root, ".data", "prepare.lock")) {
  let announced = false;
  for (;;) {
    const taken = await takeLock(lockFile);
    if (typeof taken === "function") {
      try {
        return await work();
      } finally {
        taken();
      }
    }
    if (!announced)
      say(`Another run (process ${taken.pid}) is installing or building in this folder; waiting for it …\n`);
    announced = true;
    await delay(pollMs);
  }
}

/**
 * Takes a lock until the returned function or the end of this process releases it. One of a process that is gone does not
 * count, even if another process has its number now.
 * @param {string} lockFile @param {string} [about] what this process does, in one line @returns {Promise<Holder | (() => void)>}
 */
export async function takeLock(lockFile, about = "") {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  while (!write(lockFile, [process.pid, startOf(process.pid), about].join("\n"))) {
    const holder = holderOf(lockFile);
    if (typeof holder === "object") return holder;
    if (holder === "dead") rmSync(lockFile, { force: true });
    else await delay(pollMs);
  }
  const release = () => {
    process.off("exit", release);
    rmSync(lockFile, { force: true });
  };
  process.once("exit", release);
  return release;
}

/** The process that has a lock, if any. @param {string} lockFile @returns {Holder | undefined} */
export function lockHolder(lockFile) {
  const holder = holderOf(lockFile);
  return typeof holder === "object" ? holder : undefined;
}

/** @param {string} lockFile @param {string} text @returns {boolean} false if it exists */
function write(lockFile, text) {
  try {
    writeFileSync(lockFile, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} lockFile @returns {Holder | "dead" | "unknown"} */
function holderOf(lockFile) {
  try {
    const [pid = "", start, about = ""] = readFileSync(lockFile, "utf8").split("\n");
    if (Number(pid) > 0)
      return isAlive(Number(pid)) && start === startOf(Number(pid)) ? { pid: Number(pid), about } : "dead";
    return Date.now() - statSync(lockFile).mtimeMs > unsignedMs ? "dead" : "unknown";
  } catch {
    return "unknown"; // released just now
  }
}

/** When a process started, to distinguish it from a later one of the same number; empty where the system does not say.
 * @param {number} pid */
function startOf(pid) {
  try {
    if (process.platform !== "linux")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    // Field 22 of proc(5). The name in the second field may have spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** Whether a process of this number exists. @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM"; // another user's process
  }
}

/** @param {unknown} error */
const errorCode = (error) => (error instanceof Error && "code" in error ? error.code : undefined);
