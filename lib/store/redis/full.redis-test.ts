/** A Redis that answers but does not do what it is asked: each store says why, and what to do. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createClient } from "@redis/client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Store } from "#lib/rp/store.ts";
import { startRedis } from "../testing/redis-server.ts";
import { begin, logoutOf, receive, sessionOf } from "../testing/stored.ts";
import { openRedisStore } from "./store.ts";

const redis = await startRedis();
const admin = await createClient({ url: redis.url }).connect();
const store = openRedisStore(redis.url, "app");
after(async () => {
  await Promise.all([store.close(), admin.close()]);
  await redis.stop();
});

async function assertUnavailable(work: Promise<unknown>, reason: RegExp, help: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof ProtocolError && error.code === "store_unavailable");
    assert.match(error.message, reason);
    assert.match(error.help ?? "", help);
    return true;
  });
}

const assertReadable = async ({ sessionId }: { sessionId: string }, from: Store = store) =>
  assert.equal((await from.readSession(sessionId, Date.now()))?.login?.sub, "alice");

describe("a Redis that", () => {
  test("is full refuses a logout whole, can be read, and accepts it when there is memory", async (t) => {
    const session = sessionOf("alice", "s1");
    await begin(store, session);
    const logout = logoutOf({ sid: "s1" });
    await admin.configSet("maxmemory", "1");
    t.after(() => admin.configSet("maxmemory", "0"));
    const why = [/session store does not answer: its memory is full/, /maxmemory/] as const;
    await assertUnavailable(receive(store, logout), ...why);
    await assertUnavailable(store.assertWritable(Date.now()), ...why);
    await assertReadable(session);
    await admin.configSet("maxmemory", "0");
    assert.equal((await receive(store, logout)).length, 1);
    await store.assertWritable(Date.now());
  });

  test("has become a replica refuses writes, and says so", async () => {
    const session = sessionOf("alice", "s2");
    await begin(store, session);
    await admin.replicaOf("127.0.0.1", 1);
    const why = [/does not answer: it is a read-only replica/, /REDIS_URL/] as const;
    await assertUnavailable(receive(store, logoutOf({ sid: "s2" })), ...why);
    await assertUnavailable(store.assertWritable(Date.now()), ...why);
    await assertReadable(session);
    await admin.sendCommand(["REPLICAOF", "NO", "ONE"]);
    await store.assertWritable(Date.now());
  });

  test("denies a command, and says so", async () => {
    await admin.sendCommand([
      "ACL",
      "SETUSER",
      "narrow",
      "on",
      ">narrow",
      "~slo:*",
      "&slo:*",
      "+@all",
      "-set",
    ]);
    const narrow = openRedisStore(`redis://narrow:narrow@127.0.0.1:${redis.port}`, "app");
    const why = [/does not answer: its user may not do this/, /ACL/] as const;
    await assertUnavailable(narrow.assertWritable(Date.now()), ...why);
    await narrow.close();
  });
});
