/** A Redis that is down, hangs, loses answers or dies: no call waits long, and nothing acknowledged is lost. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import tls from "node:tls";
import { generate } from "selfsigned";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Store } from "#lib/rp/store.ts";
import { fragileConnection } from "../testing/fragile-connection.ts";
import { type RedisServer, startRedis } from "../testing/redis-server.ts";
import { begin, logoutOf, nextChange, receive, sessionOf } from "../testing/stored.ts";
import { answerMs } from "./connection.ts";
import { openRedisStore } from "./store.ts";

const redis = await startRedis();
after(() => redis.stop());

/** Closed again at the end, because a failed test leaves its own open. */
const opened: Store[] = [];
after(() => Promise.all(opened.map((store) => store.close())));

/** A store that reports the state of its connection. */
function watched(url = redis.url) {
  const lost: Error[] = [];
  let connected = Promise.withResolvers<void>();
  const store = openRedisStore(url, "app", {
    onLost: (error) => {
      lost.push(error);
      connected = Promise.withResolvers<void>();
    },
    onConnected: () => connected.resolve(),
  });
  opened.push(store);
  return { store, lost, connected: () => connected.promise };
}

async function assertUnavailable(work: Promise<unknown>, withinMs: number): Promise<void> {
  const began = performance.now();
  await assert.rejects(
    work,
    (error) => error instanceof ProtocolError && error.code === "store_unavailable" && error.status === 503,
  );
  const took = performance.now() - began;
  assert.ok(took < withinMs, `${took} ms`);
}

const read = (store: Store) => store.readMechanisms();

describe("a Redis that is", () => {
  test("down fails every call at once, is reported once, and is used again when it is back", async () => {
    const { store, lost, connected } = watched();
    const session = sessionOf("alice", "s1");
    await begin(store, session);
    await redis.kill();
    await assertUnavailable(read(store), 500);
    await assertUnavailable(receive(store, logoutOf({ sid: "s1" })), 500);
    const notified = nextChange(store, session);
    await redis.start();
    await notified; // it may have missed something
    await connected();
    assert.ok((await store.readSession(session.sessionId, Date.now()))?.login);
    assert.equal(lost.length, 1, String(lost));
    await store.close();
  });

  test("down when the app starts is used as soon as it is up", async () => {
    await redis.kill();
    const { store, lost, connected } = watched();
    await assertUnavailable(read(store), 500);
    assert.match(String(lost), /ECONNREFUSED/);
    await redis.start();
    await connected();
    assert.equal(await read(store), undefined);
    await store.close();
  });

  test("hung delays only one call, and is used again when it answers", async () => {
    const { store, connected } = watched();
    await read(store);
    redis.freeze();
    await assertUnavailable(read(store), answerMs + 500);
    await assertUnavailable(read(store), 500);
    redis.thaw();
    await connected();
    assert.equal(await read(store), undefined);
    await store.close();
  });

  test("killed has on disk what it acknowledged", async () => {
    const { store, connected } = watched();
    const session = sessionOf("bob", "b1");
    await begin(store, session);
    const asked = Date.now();
    const logout = logoutOf({ sid: "b1" });
    await receive(store, logout);
    await redis.kill();
    await redis.start();
    await connected();
    assert.equal((await store.readSession(session.sessionId, Date.now()))?.ended?.by, "back-channel");
    assert.equal(await receive(store, logout), "replayed");
    assert.equal((await begin(store, sessionOf("bob", "b1"), asked))?.by, "back-channel");
    await store.close();
  });
});

test("a logout whose answer was lost can be sent again, but only once", async () => {
  const wire = await fragileConnection(redis.port);
  const { store, connected } = watched(`redis://127.0.0.1:${wire.port}`);
  const session = sessionOf("carol", "c1");
  await begin(store, session);
  const logout = logoutOf({ sid: "c1" });
  const now = Date.now();
  const lost = wire.loseAnswerTo("evalsha");
  await assertUnavailable(receive(store, logout, now), answerMs + 500);
  await lost;
  await connected();
  assert.equal((await store.readSession(session.sessionId, now))?.ended?.by, "back-channel", "it was done");
  assert.deepEqual(await receive(store, logout, now), [], "nothing is left to end");
  assert.equal(await receive(store, logout, now), "replayed");
  await store.close();
  await wire.cut();
});

describe("a Redis with a password and TLS", () => {
  let secured: RedisServer;
  const folder = mkdtempSync(join(tmpdir(), "redis-tls-"));
  const trusted = tls.getCACertificates("default");
  after(async () => {
    tls.setDefaultCACertificates(trusted);
    await secured.stop();
    rmSync(folder, { recursive: true });
  });
  const url = (password: string) => `rediss://:${password}@localhost:${secured.port}`;

  test("is used if its authority is trusted and the password is right", async () => {
    const names = [{ type: 2 as const, value: "localhost" }];
    const made = await generate([{ name: "commonName", value: "localhost" }], {
      keySize: 2048,
      extensions: [{ name: "subjectAltName", altNames: names }],
    });
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.private);
    const files = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert];
    secured = await startRedis(["--requirepass", "s3cret-word", "--tls-auth-clients", "no", ...files], "tls");
    const refused = watched(url("s3cret-word"));
    await assertUnavailable(read(refused.store), answerMs + 500);
    assert.match(String(refused.lost), /self-signed certificate/);
    await refused.store.close();

    tls.setDefaultCACertificates([...trusted, made.cert]);
    const { store } = watched(url("s3cret-word"));
    assert.equal(await read(store), undefined);
    await store.close();
  });

  test("is not used with a wrong password, which is never shown", async () => {
    const { store, lost } = watched(url("wr0ng-word"));
    await assert.rejects(read(store), (error: ProtocolError) => {
      assert.doesNotMatch(`${error.message} ${error.help} ${error.detail} ${lost}`, /wr0ng|s3cret/);
      return true;
    });
    assert.match(String(lost), /WRONGPASS/);
    await store.close();
  });
});
