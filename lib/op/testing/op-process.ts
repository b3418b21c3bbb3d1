/** The OP as a process of its own, which a test can kill and start again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "#lib/config/env.ts";
import { freePort } from "#lib/net/free-port.ts";
import { appsOf, type OpUnderTest, remoteKeys } from "./op-under-test.ts";
import { receivingRp } from "./relying-party.ts";

export interface KillableOp {
  origin: string;
  issuer: string;
  /** Holds its database, `op.sqlite`. */
  directory: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** Ends it with SIGTERM. */
  end(): Promise<void>;
  /** Starts it, or again after it has ended: same port, same data. */
  start(settings?: Record<string, string>): Promise<void>;
  /** Kills it and removes its data. */
  close(): Promise<void>;
}

/** Still to be started.
 * @param apps the setting `OP_APPS` */
export async function killableOp(apps: object[]): Promise<KillableOp> {
  const [directory, port] = [mkdtempSync(join(tmpdir(), "op-process-")), await freePort()];
  const env = {
    ...environment(),
    OP_PORT: String(port),
    OP_DATA_DIR: directory,
    OP_APPS: JSON.stringify(apps),
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
  };
  let child: ChildProcess | undefined;
  const stop = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  const origin = `http://localhost:${port}`;
  return {
    origin,
    issuer: `${origin}/oauth2/token`,
    directory,
    kill: () => stop("SIGKILL"),
    end: () => stop("SIGTERM"),
    start: async (settings = {}) => {
      child = await started({ ...env, ...settings });
    },
    close: async () => {
      await stop("SIGKILL");
      rmSync(directory, { recursive: true });
    },
  };
}

export type OpProcess = OpUnderTest & KillableOp;

/** Started, with the apps `photos` and `albums`. */
export async function opProcess(): Promise<OpProcess> {
  const [photos, albums] = [await receivingRp(), await receivingRp()];
  const op = await killableOp(appsOf({ photos, albums }));
  await op.start();
  return {
    ...op,
    photos,
    albums,
    jwks: remoteKeys(op.origin),
    close: async () => {
      await Promise.all([op.close(), photos.close(), albums.close()]);
    },
  };
}

/** Resolves when it is ready. */
async function started(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["lib/op/main.ts"], { env, stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let text = "";
  const hear = (chunk: Buffer) => {
    text += chunk;
    if (text.includes("ready at")) resolve();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  child.once("exit", (code) => reject(new Error(`the OP ended with ${code}:\n${text}`)));
  await promise;
  return child;
}
