/** A production setup on one machine: Redis, an OpenID Provider, two replicas of each app, and a proxy. */

import { type AppName, appNames, perApp, perAppInTurn } from "#lib/config/apps.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { freePort } from "#lib/net/free-port.ts";
import { startOp } from "#lib/op/server.ts";
import { type RedisServer, startRedis } from "#lib/store/testing/redis-server.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { startCaddy } from "./caddy.ts";

export interface Cluster {
  redis: RedisServer;
  /** Base URLs of the apps behind the proxy. */
  base: Record<AppName, string>;
  replicas: Record<AppName, [RpProcess, RpProcess]>;
  stop: () => Promise<void>;
}

/** Starts everything; on failure, stops what was started. */
export async function startCluster(): Promise<Cluster> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.reverse()) await each();
  };
  try {
    return { ...(await startAll(stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(stops: (() => Promise<void>)[]): Promise<Omit<Cluster, "stop">> {
  const front = await freePort();
  const ports = await perAppInTurn(async () => [await freePort(), await freePort()]);
  const base = perApp(({ name }) => `http://localhost:${front}/${name}`);
  const secrets = perApp(() => crypto.randomUUID());
  const apps = appNames.map((name) => ({ name, secret: secrets[name], baseUrls: [base[name]] }));
  const silent = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const op = await startOp(
    parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", OP_APPS: JSON.stringify(apps) }),
    silent,
  );
  stops.push(() => op.close());
  const redis = await startRedis();
  stops.push(redis.stop);
  const start = async (name: AppName) => {
    const settings = {
      RP_SECRET: crypto.randomUUID() + crypto.randomUUID(),
      RP_BASE_URLS: base[name],
      OP_ISSUER: op.issuer,
      CLIENT_SECRET: secrets[name],
      ALLOW_LOOPBACK: "true",
      REDIS_URL: redis.url,
    };
    const replica = async (port: number) => {
      const running = await startRp(settings, name, port);
      stops.push(running.stop);
      return running;
    };
    return Promise.all(ports[name].map(replica));
  };
  const replicas = (await perAppInTurn(start)) as Cluster["replicas"];
  stops.push(await startCaddy(front, ports));
  return { redis, base, replicas };
}
