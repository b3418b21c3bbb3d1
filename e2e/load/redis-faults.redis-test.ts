/** Two replicas of an app under load, whose Redis is killed, paused and replaced by another: what they have answered holds
 * as docs/apps/scaling.md says. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, beforeEach, describe, type TestContext, test } from "node:test";
import { setTimeout as elapsed } from "node:timers/promises";
import { createClient } from "@redis/client";
import { freePort } from "#lib/net/free-port.ts";
import { fragileConnection } from "#lib/store/testing/fragile-connection.ts";
import { type RedisServer, startRedis } from "#lib/store/testing/redis-server.ts";
import { sendToken } from "../support/logout-requests.ts";
import { startRp } from "../support/rp-process.ts";
import { TestIssuer } from "../support/test-issuer.ts";
import { randomFrom, seed } from "./random.ts";
import { type Fault, Trial } from "./trial.ts";
import { settingsOf, signInMany } from "./users.ts";

const issuer = await TestIssuer.start();
after(() => issuer.down());
let [primary, replica] = [await startRedis(), await startRedis()];
after(() => Promise.all([primary.stop(), replica.stop()]));
/** What REDIS_URL names: it leads to the primary. */
const proxy = await fragileConnection(primary.port);
after(() => proxy.cut());

const ports = [await freePort(), await freePort()];
const settings = {
  ...settingsOf(issuer, tmpdir(), ports),
  REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
};
const leaving = await signInMany(settings, 1600, "leaving");
const staying = await signInMany(settings, 20, "staying");
const replicas = await Promise.all([
  startRp(settings, "playground2", ports[0], 200, "served"),
  startRp(settings, "playground2", ports[1], 200, "bare"),
]);
after(() => Promise.all(replicas.map((rp) => rp.stop())));
const [served] = replicas;
const trial = new Trial({
  ...{ issuer, leaving, staying, clientSecret: settings.CLIENT_SECRET },
  bases: replicas.map(({ base }) => base),
  random: randomFrom(seed),
});

type Client = ReturnType<typeof createClient>;

/** Talks to this Redis itself. */
async function at<T>(server: RedisServer, work: (client: Client) => Promise<T>): Promise<T> {
  const client: Client = createClient({ url: server.url });
  await client.connect();
  return work(client).finally(() => client.destroy());
}

/** Resolves once this holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await elapsed(20);
}

const replicationOf = (server: RedisServer) => at(server, (client) => client.info("replication"));

/** Makes `replica` a replica of `primary`, with all of its data. */
async function replicate(): Promise<void> {
  await at(replica, (client) => client.sendCommand(["REPLICAOF", "127.0.0.1", String(primary.port)]));
  await until(async () => (await replicationOf(replica)).includes("master_link_status:up"));
}

/** The replica takes over, and the proxy follows it. */
async function takeOver(): Promise<void> {
  [primary, replica] = [replica, primary];
  await at(primary, (client) => client.sendCommand(["REPLICAOF", "NO", "ONE"]));
  proxy.leadTo(primary.port);
}

/** Resolves once both replicas of the app work again. */
const recovered = () =>
  until(async () =>
    (await Promise.all(replicas.map(({ base }) => fetch(`${base}/health`)))).every(({ ok }) => ok),
  );

/** This fault so many times, each in the middle of answers. */
async function happens(times: number, t: TestContext, fault: Fault): Promise<void> {
  for (let n = 0; n < times; n++) {
    await trial.run({
      canAcceptAgain: true,
      ...fault,
      recover: () => fault.recover().then(recovered),
    });
  }
  t.diagnostic(`SEED=${seed}: ${JSON.stringify(trial.counts)}`);
}

describe("two replicas under load lose no logout that they answered", { timeout: 600_000 }, () => {
  test("when Redis is killed", (t) =>
    happens(5, t, { strike: () => primary.kill(), recover: () => primary.start() }));

  test("when Redis pauses for longer than an answer may take", (t) =>
    happens(2, t, { strike: async () => primary.freeze(), recover: async () => primary.thaw() }));

  describe("and Redis has a replica", () => {
    beforeEach(replicate);

    test("when it takes over on demand (FAILOVER)", (t) =>
      happens(1, t, {
        strike: async () => {
          await at(primary, (client) => client.sendCommand(["FAILOVER"]));
          await until(async () => (await replicationOf(primary)).includes("role:slave"));
        },
        recover: takeOver,
      }));

    test("when it has received everything, and takes over from a primary that is killed", (t) =>
      happens(1, t, {
        strike: async () => {},
        recover: async () => {
          await at(primary, async (client) => {
            await client.set("marker", "1");
            await client.sendCommand(["WAIT", "1", "0"]);
          });
          await primary.kill();
          await takeOver();
          await replica.start();
        },
      }));

    test("but for what it has not received: that is lost as a whole, and its token is accepted again", async (t) => {
      await at(replica, (client) => client.sendCommand(["REPLICAOF", "NO", "ONE"]));
      await happens(1, t, {
        strike: () => primary.kill(),
        recover: async () => {
          await takeOver();
          await replica.start();
        },
        canLose: true,
      });
      assert.ok(trial.counts.lost > 0);
    });

    test("and answer none that it could lose, if the primary requires a replica (min-replicas-to-write)", async () => {
      const token = await issuer.sign(issuer.logoutClaims());
      await at(primary, async (client) => {
        await client.configSet({ "min-replicas-max-lag": "1", "min-replicas-to-write": "1" });
        replica.freeze();
        await until(() =>
          client.set("marker", "2").then(
            () => false,
            () => true,
          ),
        );
      });
      const refused = await sendToken(served, token);
      assert.equal(refused.status, 503);
      assert.match(await refused.text(), /it has too few replicas to write/);
      replica.thaw();
      await recovered();
      assert.equal((await sendToken(served, token)).status, 200);
    });
  });

  after(() => trial.end());
});
