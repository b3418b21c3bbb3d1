/** Glewlwyd, an OpenID Provider from Debian's packages, on loopback with the given clients and users. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { freePort } from "#lib/net/free-port.ts";
import { ensureDebianPackages, type Say } from "#lib/prepare/system.ts";
import type { ClientToEnsure, User } from "#lib/products/driver.ts";
import { configure } from "#lib/products/glewlwyd/configuration.ts";
import { createDatabase } from "./database.ts";
import { configurationFile, copyWebapp, packages } from "./installation.ts";
import { type Queue, startQueue } from "./queue.ts";
import { claimRunDir, startServer } from "./server.ts";

export interface GlewlwydOptions {
  /** Default: 4593. */
  port?: number;
  /** Folder of its database, its log and its copy of the web pages, which each start replaces. */
  runDir: string;
  clients: readonly ClientToEnsure[];
  users: readonly User[];
  /** Whether the users have already consented to all clients. Default: `true`. */
  consented?: boolean;
  /** Receives messages about slow steps. */
  say?: Say;
}

export interface Glewlwyd {
  issuer: string;
  discoveryUrl: string;
  users: readonly User[];
  /** Stops it and waits for its exit. Keeps the run directory, for its log. */
  stop(): Promise<void>;
}

const defaultPort = 4593;
const startTimeoutMs = 15_000;
const pollMs = 50;

/** Starts Glewlwyd and sets it up. @throws {Error} with the reason if that fails */
export async function startGlewlwyd(options: GlewlwydOptions): Promise<Glewlwyd> {
  const { port = defaultPort, clients, users, consented = true, say = () => undefined } = options;
  const runDir = path.resolve(options.runDir);
  const lane = await ensureGlewlwyd(say);
  if (!lane.ready) throw new Error(`Glewlwyd is missing: ${lane.reason}; install it with: ${lane.command}`);

  await claimRunDir(runDir);
  const files = {
    database: path.join(runDir, "glewlwyd.db"),
    webapp: path.join(runDir, "webapp"),
    log: path.join(runDir, "glewlwyd.log"),
    configuration: path.join(runDir, "glewlwyd.conf"),
  };
  await Promise.all(Object.values(files).map((file) => rm(file, { recursive: true, force: true })));
  await mkdir(runDir, { recursive: true });
  await copyWebapp(files.webapp);
  await createDatabase(files.database);
  const origin = `http://localhost:${port}`;
  const inner = await freePort();
  await writeFile(files.configuration, configurationFile({ ...files, port: inner, origin }));

  const { configuration, log } = files;
  const server = await startServer({ runDir, configuration, log });
  let queue: Queue | undefined;
  const stop = async () => {
    await queue?.stop();
    await server.stop();
  };
  try {
    queue = await startQueue(port, inner);
    await waitFor(`${origin}/config.json`, server.ended);
    const issuer = await configure({ origin, clients, users, consented });
    const document = discoveryUrl(issuer);
    await waitFor(document, server.ended);
    return { issuer, discoveryUrl: document, users, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Whether Glewlwyd can run here; installs it if possible. */
export const ensureGlewlwyd = (say: Say) =>
  ensureDebianPackages(packages.names, { debconf: packages.debconf, say });

async function waitFor(url: string, ended: Promise<Error>): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  let failure: Error | undefined;
  void ended.then((error) => {
    failure = error;
  });
  while (!failure && performance.now() < deadline) {
    if (
      await fetch(url)
        .then(({ ok }) => ok)
        .catch(() => false)
    )
      return;
    await delay(pollMs);
  }
  throw failure ?? new Error(`Glewlwyd does not answer at ${url}.`);
}
