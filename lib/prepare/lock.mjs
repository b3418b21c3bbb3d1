/** One installation or build at a time in a folder. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root, say } from "./step.mjs";

const pollMs = 200;
/** A lock without a process id after this time was left by a process that died while writing it. */
const unsignedMs = 5_000;

/**
 * Waits until no other run installs or builds here, then does `work`. The lock of a dead process does not count.
 * @template T @param {() => Promise<T>} work @param {string} [lockFile] @returns {Promise<T>}
 */
export async function withLock(work, lockFile = path.join(root, ".data", "prepare.lock")) {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  let announced = false;
  while (!tryLock(lockFile)) {
    const holder = holderOf(lockFile);
    if (holder === "dead") rmSync(lockFile, { force: true });
    else if (!announced) {
      announced = true;
      say(`Another run (process ${holder}) is installing or building in this folder; waiting for it …\n`);
    }
    await delay(pollMs);
  }
  const unlock = () => rmSync(lockFile, { force: true });
  process.once("exit", unlock);
  try {
    return await work();
  } finally {
    process.off("exit", unlock);
    unlock();
  }
}

/** @param {string} lockFile */
function tryLock(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} lockFile @returns {number | "dead" | "unknown"} */
function holderOf(lockFile) {
  try {
    const pid = Number(readFileSync(lockFile, "utf8"));
    if (pid > 0) return isAlive(pid) ? pid : "dead";
    return Date.now() - statSync(lockFile).mtimeMs > unsignedMs ? "dead" : "unknown";
  } catch {
    return "unknown"; // released just now
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
