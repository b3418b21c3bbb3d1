/** The OP of a run without `--issuer`: the embedded OP on https, with its own process and keys. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { CannotRun } from "#lib/cli/errors.ts";
import { environment } from "#lib/config/env.ts";
import { certificateFile, keyFile } from "#lib/op/tls.ts";
import type { Restart } from "#lib/products/embedded/operations.ts";

const dieWithParent = new URL("../../demo/die-with-parent.mjs", import.meta.url).href;

export interface EmbeddedOp {
  issuer: string;
  /** PEM file of its certificate. */
  certificate: string;
  restart: Restart;
  /** Starts another one with the same certificate and settings, but its own clients and sessions. It ends with this one. */
  another(): Promise<Pick<EmbeddedOp, "issuer">>;
  stop(): Promise<void>;
}

/** Starts it on a free port. On https, because only there its iframes on other sites get cookies.
 * @param env changes to its settings */
export async function startEmbeddedOp(env: Record<string, string> = {}): Promise<EmbeddedOp> {
  return startIn(mkdtempSync(join(tmpdir(), "check-op-")), env);
}

async function startIn(folder: string, env: Record<string, string>): Promise<EmbeddedOp> {
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  let running = startProcess(folder, env);
  const { issuer } = await running;
  const { port } = new URL(issuer);
  const others: Promise<EmbeddedOp>[] = [];
  return {
    issuer,
    certificate: join(folder, certificateFile),
    restart: async (more = {}, meanwhile) => {
      const before = running;
      running = before.then(async ({ end }) => {
        await end();
        meanwhile?.(folder);
        return startProcess(folder, { ...env, OP_PORT: port, ...more });
      });
      await running;
    },
    another: () => {
      const beside = mkdtempSync(join(tmpdir(), "check-op-"));
      for (const file of [certificateFile, keyFile]) copyFileSync(join(folder, file), join(beside, file));
      const other = startIn(beside, env);
      others.push(other);
      return other;
    },
    stop: async () => {
      await Promise.allSettled(others.map(async (other) => (await other).stop()));
      await running.then(
        ({ end }) => end(),
        () => undefined, // a restart failed
      );
      remove();
      process.off("exit", remove);
    },
  };
}

interface Running {
  issuer: string;
  end(): Promise<void>;
}

async function startProcess(folder: string, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, ["--import", dieWithParent, "lib/op/main.ts"], {
    cwd: join(import.meta.dirname, "../../.."),
    // As in the demo: the channel tells it when this process is gone, and in its own group it does not end before this
    // process on Ctrl-C.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: process.platform !== "win32",
    env: {
      ...environment(),
      OP_PORT: "0",
      OP_HTTPS: "true",
      OP_DATA_DIR: folder,
      OP_APPS: "[]",
      LOG_FORMAT: "json",
      LOG_LEVEL: "info",
      ...env,
    },
  });
  const kill = () => void child.kill();
  process.once("exit", kill); // if the run ends without `stop`
  const gone = once(child, "exit");
  const issuer = await issuerOf(child.stdout as Readable, child.stderr as Readable, gone);
  const end = async () => {
    process.off("exit", kill);
    child.kill("SIGTERM");
    await gone;
  };
  return { issuer, end };
}

function issuerOf(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  gone: Promise<unknown>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  const hear = (chunk: Buffer) => {
    text += chunk;
    const found = /\(issuer ([^)\s]+)\)/.exec(text)?.[1];
    if (found) resolve(found);
  };
  stdout.on("data", hear);
  stderr.on("data", hear);
  const ended = (why: string) => reject(new CannotRun(`The embedded OpenID Provider ended: ${why.trim()}`));
  void gone.then(
    () => ended(text),
    (error: unknown) => ended(String(error)),
  );
  return promise;
}
