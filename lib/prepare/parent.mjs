/** Notices that the process that started this one has ended, however it ended. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "./lock.mjs";

const pollMs = 250;

/** Arguments of Node that end it with the process that starts it. */
export const endsWithParent = ["--require", fileURLToPath(new URL("./end-with-parent.cjs", import.meta.url))];

/**
 * Calls `ended` once the parent is gone, or what started the parent if that is a shell with one command, as npm starts one:
 * the shell does not end with npm. @param {() => void} ended
 */
export function whenParentEnds(ended) {
  const line = starters();
  const timer = setInterval(() => {
    if (line.every((pid, index) => isStillChild(index === 0 ? process.pid : line[index - 1], pid))) return;
    clearInterval(timer);
    ended();
  }, pollMs).unref();
}

/** The parent, and behind each `sh -c` what started it. */
function starters() {
  const line = [process.ppid];
  for (let pid = process.ppid; isShellCommand(pid); line.push(pid)) {
    const next = parentOf(pid);
    if (!next) break;
    pid = next;
  }
  return line;
}

/** A process whose parent has ended gets another one, except on Windows. @param {number | undefined} pid @param {number} parent */
const isStillChild = (pid, parent) =>
  process.platform === "win32"
    ? isAlive(parent)
    : pid === process.pid
      ? process.ppid === parent
      : parentOf(pid) === parent;

/** Only Linux shows it without another program; elsewhere the usual shells replace themselves by the command.
 * @param {number} pid */
function isShellCommand(pid) {
  const [shell = "", flag] = fileOf(pid, "cmdline").split("\0");
  return /^(ba|da|k|z)?sh$/.test(path.basename(shell)) && flag === "-c";
}

/** @param {number | undefined} pid */
const parentOf = (pid) => Number(/^PPid:\s*(\d+)$/m.exec(fileOf(pid, "status"))?.[1]);

/** @param {number | undefined} pid @param {string} name */
function fileOf(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // gone, or not Linux
  }
}
