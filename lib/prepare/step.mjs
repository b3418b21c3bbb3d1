/** Runs one step of the preparation: a line about it, signs of life, and its output only if it fails. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A step failed; the message says all that the user needs. */
export class StepFailed extends Error {
  /** @override */
  name = "StepFailed";
}

const signOfLifeMs = 3_000;

/** What ends a command, and the step with it. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"];

/** To stderr, because stdout belongs to the command (its log may be JSON). @param {string} text */
export const say = (text) => process.stderr.write(text);

/**
 * Runs a program to its end. @throws {StepFailed} with the program's output
 * @param {string} what what it does, for the line that announces it
 * @param {{ file: string, args: string[], env?: NodeJS.ProcessEnv, shell?: boolean }} program
 */
export async function runStep(what, { file, args, env = process.env, shell = false }) {
  const started = performance.now();
  say(`${what} …`);
  const alive = setInterval(() => say("."), signOfLifeMs);
  try {
    const { code, output } = await collect(
      spawn(file, args, { cwd: root, env, shell, stdio: ["ignore", "pipe", "pipe"] }),
    );
    if (code !== 0) throw new StepFailed(`\n${output.trimEnd()}\n${what}: failed (${code}).`);
    say(` ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  } finally {
    clearInterval(alive);
  }
}

/** @param {import("node:child_process").ChildProcess} child @returns {Promise<{ code: number | string, output: string }>} */
function collect(child) {
  const stop = () => child.kill();
  for (const event of endings) process.once(event, stop);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
    });
  }
  /** @type {Promise<{ code: number | string, output: string }>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: error.message, output }));
    child.once("close", (code, signal) => resolve({ code: code ?? signal ?? "unknown", output }));
  });
  return ended.finally(() => {
    for (const event of endings) process.off(event, stop);
  });
}
