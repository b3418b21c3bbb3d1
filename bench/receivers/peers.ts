/** Receivers of other projects that come by npm, installed into a folder of this project that git ignores. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { hashOf } from "#lib/prepare/hash.mjs";
import { ensurePackages } from "#lib/prepare/install.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import { endsWithParent } from "#lib/prepare/parent.mjs";
import { root, runStep, StepFailed } from "#lib/prepare/step.mjs";
import { overHttp, peerEnvironment, type Receiver, type Setting } from "./receiver.ts";

const source = path.join(root, "bench", "peers");
const folder = path.join(root, ".bench", "peers");
const next = path.join(folder, "node_modules", "next", "dist", "bin", "next");

let ready: Promise<void> | undefined;

/** Copies the peers and installs what they need.
 * @throws {CannotRun} */
export function ensurePeers(): Promise<void> {
  ready ??= withLock(async () => {
    mkdirSync(folder, { recursive: true });
    cpSync(source, folder, { recursive: true });
    await ensurePackages(folder, "other receivers of logout tokens");
  }).catch((error: unknown) => {
    if (!(error instanceof StepFailed)) throw error;
    throw new CannotRun(`npm could not install it (${reasonIn(error.message)}). npm ci --prefix ${folder}`);
  });
  return ready;
}

/** npm begins its output with codes and ends it with the name of a log. */
const reasonIn = (output: string) =>
  /^npm error (?!code |errno |syscall |A complete)(.+)/m.exec(output)?.[1] ??
  output.trim().split("\n").at(-1);

/** A script of bench/peers. */
const script = (name: string, file: string, url: string) => async (setting: Setting) => {
  await ensurePeers();
  return overHttp((port) => ({ name, args: [file], cwd: folder, env: peerEnvironment(setting, port) }), url);
};

/** A Next app of bench/peers, built for production. */
const nextApp = (name: string, app: string, url: string) => async (setting: Setting) => {
  await ensurePeers();
  const cwd = path.join(folder, app);
  await build(name, cwd);
  return overHttp((port) => {
    const args = [next, "start", "-H", "127.0.0.1", "-p", String(port)];
    return { name, args, cwd, env: peerEnvironment(setting, port) };
  }, url);
};

async function build(name: string, cwd: string): Promise<void> {
  const stampFile = path.join(cwd, ".next", "bench-stamp");
  const wanted = hashOf(source, ["."]);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  await runStep(`Building ${name}`, {
    file: process.execPath,
    args: [...endsWithParent, next, "build", cwd],
    env,
  });
  writeFileSync(stampFile, wanted);
}

/** Versions of what is measured, from its pins. */
const { dependencies } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

export const bareNode: Receiver = {
  name: "bare node:http + jose",
  note: "the same checks; remembers jti in memory, ends nothing",
  start: script("bare node:http", "bare-node.js", "/bclogout"),
};

export const express: Receiver = {
  name: `express-openid-connect ${dependencies["express-openid-connect"]}, memory store`,
  note: "notes the sid and sub of what has ended, in memory",
  start: script("express-openid-connect", "express.js", "/backchannel-logout"),
};

export const bareNext: Receiver = {
  name: "bare Next route handler + jose",
  note: "as bare node:http",
  start: nextApp("a bare Next app", "next-bare", "/bclogout"),
};

export const nextAuth0: Receiver = {
  name: `nextjs-auth0 ${dependencies["@auth0/nextjs-auth0"]}`,
  note: "deletes by sid from a store in memory that is empty",
  start: nextApp("nextjs-auth0", "next-auth0", "/auth/backchannel-logout"),
};
