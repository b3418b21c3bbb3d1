/** What a store must do whichever engine is behind it; today SQLite. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openSqliteStore } from "./sqlite-store.ts";
import { eventLimit, lifetime, type Store } from "./store.ts";
import type { ReceivedLogout, RpSession } from "./types.ts";

const iss = "https://op.example";
const soon = () => Date.now() + 60_000;

function sessionOf(sub: string, sid: string | undefined, changes: Partial<RpSession> = {}): RpSession {
  const claims = { iss, sub, iat: 1, exp: 2, ...(sid ? { sid } : {}) };
  const login = {
    iss,
    sub,
    clientId: "app",
    claims,
    verdicts: [],
    tokens: {},
    since: 1,
    grantType: "code",
    endSessionEndpoint: "",
  };
  return {
    sessionId: crypto.randomUUID(),
    createdAt: Date.now(),
    expiresAt: soon(),
    login: { ...login, ...(sid ? { sid } : {}) },
    ...changes,
  };
}

function logoutOf(
  meant: { sub?: string; sid?: string },
  changes: Partial<ReceivedLogout> = {},
): ReceivedLogout {
  const end = { by: "back-channel" as const, at: Date.now() };
  return {
    iss,
    clientIds: ["app"],
    jti: crypto.randomUUID(),
    replayableUntil: soon(),
    iat: 100,
    end,
    ...meant,
    ...changes,
  };
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const store = openSqliteStore(":memory:");
  await work(store).finally(() => store.close());
}

const begin = (store: Store, session: RpSession, startedAt = Date.now()) =>
  store.beginSession(session, undefined, startedAt);

describe("a logout", () => {
  test("ends what it means and nothing else: issuer, sid and client all count", () =>
    withStore(async (store) => {
      const meant = sessionOf("alice", "s1");
      await begin(store, meant);
      const others = [
        logoutOf({ sid: "s2" }),
        logoutOf({ sid: "s1" }, { iss: `${iss}/` }),
        logoutOf({ sid: "s1" }, { clientIds: ["other"] }),
      ];
      for (const other of others) assert.deepEqual(await store.receiveLogout(other, Date.now()), []);
      const ended = await store.receiveLogout(logoutOf({ sid: "s1" }), Date.now());
      assert.deepEqual(ended, [{ sessionId: meant.sessionId, sub: "alice", sid: "s1", since: 1 }]);
      const left = await store.readSession(meant.sessionId);
      assert.equal(left?.login, undefined);
      assert.equal(left?.ended?.by, "back-channel");
    }));

  test("with a jti seen before does nothing", () =>
    withStore(async (store) => {
      const logout = logoutOf({ sub: "alice" });
      await store.receiveLogout(logout, Date.now());
      const session = sessionOf("alice", "s9");
      await begin(store, session, Date.now() + 1000);
      assert.equal(await store.receiveLogout(logout, Date.now()), "replayed");
      assert.ok((await store.readSession(session.sessionId))?.login);
    }));

  test("by sid keeps that OP session from ever logging in again, by whatever name it is asked for", () =>
    withStore(async (store) => {
      await store.receiveLogout(logoutOf({ sid: "s1" }), Date.now());
      assert.equal((await begin(store, sessionOf("alice", "s1"), Date.now() + 1000))?.by, "back-channel");
      assert.equal(await begin(store, sessionOf("alice", "s2")), undefined);
    }));

  test("by sub refuses a login asked for before it, unless the user has authenticated since", () =>
    withStore(async (store) => {
      const asked = Date.now() - 1000;
      await store.receiveLogout(logoutOf({ sub: "alice" }), Date.now());
      const again = sessionOf("alice", "s2");
      if (again.login) again.login.claims.auth_time = 101;
      assert.ok(await begin(store, sessionOf("alice", "s2"), asked));
      assert.equal(await begin(store, again, asked), undefined);
      assert.equal(await begin(store, sessionOf("alice", "s3"), Date.now() + 1000), undefined);
    }));
});

describe("pending requests", () => {
  const pending = (state: string, startedAt: number) => ({
    state,
    binding: "b",
    nonce: "n",
    issuer: iss,
    clientId: "app",
    redirectUri: "https://app.example/cb",
    grantType: "code",
    responseType: "code",
    tokenEndpoint: "",
    endSessionEndpoint: "",
    startedAt,
  });

  test("are taken once, and not after their time", () =>
    withStore(async (store) => {
      await store.savePendingLogin(pending("a", Date.now()));
      await store.savePendingLogin(pending("b", Date.now() - lifetime.pendingLogin - 1));
      assert.equal((await store.takePendingLogin("a", Date.now()))?.state, "a");
      assert.equal(await store.takePendingLogin("a", Date.now()), undefined);
      assert.equal(await store.takePendingLogin("b", Date.now()), undefined);
    }));

  test("make their client known, as sessions do, also ended ones", () =>
    withStore(async (store) => {
      await store.savePendingLogin({ ...pending("a", Date.now()), clientId: "asked" });
      const session = sessionOf("alice", "s1");
      await begin(store, session);
      await store.endSession(session.sessionId, { by: "reset", at: 1 });
      assert.deepEqual((await store.clientIds(iss)).sort(), ["app", "asked"]);
      assert.deepEqual(await store.clientIds("https://other.example"), []);
    }));
});

describe("what is kept", () => {
  test("expired rows cannot be read and are swept", () =>
    withStore(async (store) => {
      const session = sessionOf("alice", "s1", { expiresAt: Date.now() - 1 });
      await begin(store, session);
      assert.equal(await store.readSession(session.sessionId), undefined);
      await store.sweep(Date.now());
      assert.deepEqual(await store.clientIds(iss), []);
    }));

  test("events are bounded in number", () =>
    withStore(async (store) => {
      for (let n = 0; n < eventLimit + 5; n++)
        await store.appendEvent({ at: Date.now(), type: "logout_token", data: { n } });
      const events = await store.listEvents(eventLimit * 2);
      assert.equal(events.length, eventLimit);
      assert.equal(events[0]?.data.n, eventLimit + 4);
    }));

  test("sessions survive on disk, in a folder for the owner only", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "store-")), "rp");
    const session = sessionOf("alice", "s1");
    const first = openSqliteStore(folder);
    await begin(first, session);
    await first.close();
    const second = openSqliteStore(folder);
    assert.equal((await second.readSession(session.sessionId))?.login?.sub, "alice");
    await second.close();
    assert.equal(statSync(folder).mode & 0o077, 0);
    rmSync(folder, { recursive: true });
  });
});
