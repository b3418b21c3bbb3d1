/** The store on a real Redis: the contract, and what only a remote server can do. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createClient } from "@redis/client";
import { limit } from "#lib/rp/store.ts";
import { startRedis } from "../testing/redis-server.ts";
import { storeContract } from "../testing/store-contract.ts";
import { begin, clientOf, iss, logoutOf, pendingOf, receive, sessionOf } from "../testing/stored.ts";
import { openRedisStore } from "./store.ts";

const redis = await startRedis(["--appendfsync", "no"]);
after(() => redis.stop());

const newApp = () => `app-${crypto.randomUUID().slice(0, 8)}`;

describe("Redis", () => {
  storeContract(async () => {
    const app = newApp();
    const [store, replica] = [openRedisStore(redis.url, app), openRedisStore(redis.url, app)];
    await Promise.all([store, replica].map((each) => each.readMechanisms())); // both are subscribed
    return { store, replica, close: async () => void (await Promise.all([store.close(), replica.close()])) };
  });
});

describe("the data in Redis", () => {
  const app = newApp();
  const store = openRedisStore(redis.url, app);
  const client = createClient({ url: redis.url });
  after(() => Promise.all([store.close(), client.close()]));
  const keys = async () => (await client.keys(`slo:${app}:*`)).map((key) => key.replace(`slo:${app}:`, ""));

  test("expires, except for what an app keeps permanently", async () => {
    await client.connect();
    const session = sessionOf("alice", "s1");
    const ended = sessionOf("bob", "s2");
    await store.saveForm("visit", { values: {}, errors: {} }, Date.now());
    await store.saveLogoutOutcome("gone", { state: "s", result: "logged_out", at: 1 });
    await begin(store, session);
    await begin(store, ended);
    await receive(store, logoutOf({ sid: "s2" }));
    await receive(store, logoutOf({ sub: "carol" }));
    await store.savePendingLogin(pendingOf("p"));
    const request = { method: "GET" as const, url: iss, fields: [], length: 1 };
    await store.savePendingLogout({ state: "s", sessionId: "x", request }, Date.now());
    await store.claimRefresh(session.sessionId, "a", Date.now());
    await store.appendEvents([{ at: Date.now(), type: "provider_discovered", data: { issuer: iss } }]);
    await store.saveMechanisms(["back-channel"]);
    await store.saveRegisteredClient(clientOf("c"));
    const found = await keys();
    assert.ok(found.length >= 18, String(found));
    const ttl = await Promise.all(found.map((key) => client.pTTL(`slo:${app}:${key}`)));
    const forGood = found.filter((_, n) => ttl[n] === -1);
    assert.deepEqual(forGood.sort(), ["event-seq", "setting:mechanisms", `setting:registered client ${iss}`]);
    const day = 24 * 60 * 60 * 1000;
    assert.ok(ttl.every((ms) => ms <= day));
  });

  test("does not grow with the logins and logouts of a user, nor with completed requests", async () => {
    const loginAndLogout = async (n: number) => {
      await store.savePendingLogin(pendingOf(`state-${n}`));
      const session = sessionOf("dave", `d${n}`);
      await begin(store, session);
      await store.forgetPendingLogin(`state-${n}`);
      await store.endSession(session.sessionId, { by: "local", at: 2 });
      await store.deleteSession(session.sessionId);
    };
    await loginAndLogout(0);
    const before = (await keys()).length;
    for (let n = 1; n <= 20; n++) await loginAndLogout(n);
    assert.equal((await keys()).length, before);
    assert.equal((await keys()).filter((key) => key.endsWith(":dave") || key === "session:dave").length, 0);
  });

  test("keeps nothing of the oldest request when it is dropped", async () => {
    const from = Date.now();
    for (let n = 0; n <= limit.pendingLogins; n++)
      await store.savePendingLogin({ ...pendingOf(`n${n}`, from + n), clientId: `client-${n}` });
    const left = (await keys()).filter((key) => key.startsWith("asked:") && /client-0$/.test(key));
    assert.deepEqual(left, []);
    assert.deepEqual(await store.usedClientIds(iss, ["client-0", "client-1"]), ["client-1"]);
  });

  test("belongs to one app: another app on the same Redis neither sees nor ends it", async () => {
    const other = openRedisStore(redis.url, newApp());
    const session = sessionOf("erin", "e1");
    await begin(store, session);
    assert.equal(await other.readSession(session.sessionId, Date.now()), undefined);
    assert.deepEqual(await receive(other, logoutOf({ sid: "e1" })), []);
    assert.ok((await store.readSession(session.sessionId, Date.now()))?.login);
    await other.close();
  });
});
