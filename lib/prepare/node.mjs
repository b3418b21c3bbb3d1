/** The Node that the project installs (npm package `node`), so that every machine runs the same one. */
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root, StepFailed } from "./step.mjs";

/**
 * Path of the project's Node. With install scripts off, the npm package has no binary; then the current Node serves if it
 * runs TypeScript. @throws {StepFailed}
 */
export function projectNode() {
  const found = candidates().find((file) => existsSync(file) && statSync(file).size > 1_000_000);
  if (found) return found;
  if (stripsTypes(process.versions.node)) return process.execPath;
  throw new StepFailed(
    `The npm package "node" came without its binary (install scripts are off) and this is Node ${process.versions.node}: run "npm rebuild node --ignore-scripts=false", or use Node 22.18 or newer.`,
  );
}

/** @returns {string[]} */
function candidates() {
  const windows = process.platform === "win32";
  const prefix = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  const platformPackage = [prefix, windows ? "win" : process.platform, process.arch].join("-");
  const binary = path.join("bin", windows ? "node.exe" : "node");
  const modules = path.join(root, "node_modules");
  return [
    path.join(modules, "node", binary),
    path.join(modules, platformPackage, binary),
    path.join(modules, "node", "node_modules", platformPackage, binary),
  ];
}

/** Node runs .ts files without a flag from 22.18 on. @param {string} version */
export function stripsTypes(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 23 || (major === 22 && minor >= 18) || (major === 23 && minor >= 6);
}

/** Where all Node processes below keep their compiled code: each one starts sooner. `npm ci` empties it. */
const compileCache = path.join(root, "node_modules", ".cache", "compiled");

/**
 * Runs the project's Node and returns its exit code. The channel between the two tells the child when this process is
 * gone, however it ended. @param {string[]} args @returns {Promise<number>}
 */
export function runWithProjectNode(args) {
  const env = { NODE_COMPILE_CACHE: compileCache, ...process.env };
  const child = spawn(projectNode(), args, {
    cwd: root,
    env,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // The terminal sends Ctrl-C to the child as well, which counts two signals as one.
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal ?? "SIGTERM"]));
  });
}
