/** Runs a program of the project and watches its output. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { environment } from "#lib/config/env.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const deadlineMs = 15_000;

export interface Program {
  child: ChildProcess;
  /** Its output so far, to stdout and stderr. */
  output(): string;
  /** Settles when it is gone: exit code, or the signal's name. */
  ended: Promise<number | string>;
  /** Waits for the first match in its output.
   * @param patience in milliseconds */
  printed(pattern: RegExp, patience?: number): Promise<RegExpExecArray>;
}

/** @param args of Node, relative to the project's folder */
export function runProgram(args: string[], file = process.execPath): Program {
  const child = spawn(file, args, {
    cwd: root,
    env: { ...environment(), NO_COLOR: "1", FORCE_COLOR: undefined, NODE_ENV: "test" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  return {
    child,
    ended,
    output: () => output,
    printed: async (pattern, patience) => {
      await until(() => pattern.test(output), `${pattern} in:\n${output}`, patience);
      const match = pattern.exec(output);
      if (!match) throw new Error("the match is gone");
      return match;
    },
  };
}

/** Polls until a condition holds.
 * @param patience in milliseconds
 * @throws {Error} that says what it waited for */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: string | (() => string),
  patience = deadlineMs,
): Promise<void> {
  const deadline = performance.now() + patience;
  while (!(await isTrue())) {
    if (performance.now() > deadline)
      throw new Error(`timed out waiting for ${typeof what === "string" ? what : what()}`);
    await delay(20);
  }
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
