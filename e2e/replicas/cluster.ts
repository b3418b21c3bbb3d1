/** A production setup on one machine: Redis, an OpenID Provider, two replicas of each app, and a proxy. */

import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { freePort } from "#lib/net/free-port.ts";
import { startOp } from "#lib/op/server.ts";
import { type RedisServer, startRedis } from "#lib/store/testing/redis-server.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { startCaddy } from "./caddy.ts";

const names = ["playground2", "playground3"] as const;
type Name = (typeof names)[number];

export interface Cluster {
  redis: RedisServer;
  /** Base URLs of the apps behind the proxy. */
  base: Record<Name, string>;
  replicas: Record<Name, [RpProcess, RpProcess]>;
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
  const [front, two, alsoTwo, three, alsoThree] = await Promise.all([1, 2, 3, 4, 5].map(() => freePort()));
  const ports = { playground2: [two, alsoTwo], playground3: [three, alsoThree] } as Record<Name, number[]>;
  const baseOf = (name: Name) => `http://localhost:${front}/${name}`;
  const secrets = { playground2: crypto.randomUUID(), playground3: crypto.randomUUID() };
  const apps = names.map((name) => ({ name, secret: secrets[name], baseUrls: [baseOf(name)] }));
  const silent = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const op = await startOp(
    parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", OP_APPS: JSON.stringify(apps) }),
    silent,
  );
  stops.push(() => op.close());
  const redis = await startRedis();
  stops.push(redis.stop);
  const start = async (name: Name) => {
    const settings = {
      RP_SECRET: crypto.randomUUID() + crypto.randomUUID(),
      RP_BASE_URLS: baseOf(name),
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
  const [replicas2, replicas3] = await Promise.all(names.map(start));
  stops.push(await startCaddy(front as number, ports));
  return {
    redis,
    base: { playground2: baseOf("playground2"), playground3: baseOf("playground3") },
    replicas: { playground2: replicas2, playground3: replicas3 } as Cluster["replicas"],
  };
}
