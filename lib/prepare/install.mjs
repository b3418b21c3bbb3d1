/** `npm ci`, if node_modules does not match package-lock.json. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { hashOf } from "./hash.mjs";
import { endsWithParent } from "./parent.mjs";
import { root, runStep } from "./step.mjs";

/** Installs the project's dependencies if they do not match package-lock.json. Quick and silent otherwise. */
export const ensureInstalled = () => ensurePackages(root, "dependencies", "first run, about a minute");

/**
 * The same for any folder with a package-lock.json.
 * @param {string} folder @param {string} what they are @param {string} [firstTime] what to say when there are none yet
 */
export async function ensurePackages(folder, what, firstTime = "first run") {
  const stampFile = path.join(folder, "node_modules", ".slo-playground");
  const wanted = hashOf(folder, ["package-lock.json"]);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  if (isInstalled(folder)) return writeFileSync(stampFile, wanted);
  const why = existsSync(path.join(folder, "node_modules")) ? "package-lock.json changed" : firstTime;
  // The Node that runs everything is a development dependency: NODE_ENV=production must not omit it.
  const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  await runStep(`Installing ${what} (${why})`, npm(["ci", "--prefix", folder, ...flags]));
  writeFileSync(stampFile, wanted);
}

/**
 * Whether npm has recorded every package of package-lock.json as installed, as after `npm install` by hand.
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = Object.entries(versionsIn(path.join(folder, "package-lock.json")));
  const present = versionsIn(path.join(folder, "node_modules", ".package-lock.json"));
  // Optional packages are mostly binaries of other platforms. The entry without a name is the project.
  return (
    wanted.length > 0 &&
    wanted.every(([name, { version, optional }]) => !name || optional || present[name]?.version === version)
  );
}

/** @param {string} lockFile @returns {Record<string, { version?: string, optional?: boolean }>} */
function versionsIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages;
  } catch {
    return {}; // nothing was installed
  }
}

/**
 * The npm that started us, run by the Node that npm itself runs on: `process.execPath` may be the very binary
 * in node_modules that `npm ci` is about to delete.
 * @param {string[]} args @returns {{ file: string, args: string[], env: NodeJS.ProcessEnv, shell?: boolean }}
 */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: node, npm_config_local_prefix: _, ...env } = process.env;
  if (cli && node && path.basename(cli) === "npm-cli.js" && existsSync(node)) {
    return { file: node, args: [...endsWithParent, cli, ...args], env };
  }
  return { file: "npm", args, env, shell: process.platform === "win32" };
}
