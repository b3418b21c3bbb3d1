/** Two processes of one app on one Redis, each with its own URL. */

import { after } from "node:test";
import { freePort } from "#lib/net/free-port.ts";
import { type FragileConnection, fragileConnection } from "#lib/store/testing/fragile-connection.ts";
import { type RedisServer, startRedis } from "#lib/store/testing/redis-server.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { TestIssuer } from "../support/test-issuer.ts";

/** Must appear only in REDIS_URL. */
export const password = "word-of-redis";

export interface TwoReplicas {
  issuer: TestIssuer;
  redis: RedisServer;
  a: RpProcess;
  b: RpProcess;
  /** Connects the second replica to Redis. */
  wire: FragileConnection;
  /** Settings of both. */
  settings: Record<string, string>;
}

/** Starts everything, and stops it after the tests of the file. */
export async function twoReplicas(): Promise<TwoReplicas> {
  const issuer = await TestIssuer.start();
  after(() => issuer.down());
  const redis = await startRedis(["--requirepass", password]);
  after(() => redis.stop());
  const wire = await fragileConnection(redis.port);
  after(() => wire.cut());
  const ports = [await freePort(), await freePort()] as const;
  const settings = {
    OP_ISSUER: issuer.issuer,
    ALLOW_LOOPBACK: "true",
    RP_SECRET: crypto.randomUUID() + crypto.randomUUID(),
    RP_BASE_URLS: ports.map((port) => `http://localhost:${port}/playground2`).join(","),
  };
  const start = async (port: number, redisPort: number) => {
    const url = `redis://:${password}@127.0.0.1:${redisPort}`;
    const replica = await startRp({ ...settings, REDIS_URL: url }, "playground2", port);
    after(() => replica.stop());
    return replica;
  };
  const [a, b] = await Promise.all([start(ports[0], redis.port), start(ports[1], wire.port)]);
  return { issuer, redis, a, b, wire, settings };
}
