/** What a store must do whichever engine is behind it; today SQLite. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openSqliteStore } from "./sqlite-store.ts";
import { lifetime, limit, type Store } from "./store.ts";
import type { Login, ReceivedLogout, RegisteredClient, RpSession } from "./types.ts";

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
    tokens: { issuer: iss, clientId: "app" },
    since: 1,
    signedInBy: "form" as const,
    grantType: "code",
    responseType: "code",
    redirectUri: "",
    authorizationEndpoint: "",
    tokenEndpoint: "",
    endSessionEndpoint: "",
    checkSessionIframe: "",
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
  const store = openSqliteStore(":memory:", "app");
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
      const left = await store.readSession(meant.sessionId, Date.now());
      assert.deepEqual([left?.login, left?.ended?.by], [undefined, "back-channel"]);
    }));

  test("with a jti seen before does nothing", () =>
    withStore(async (store) => {
      const logout = logoutOf({ sub: "alice" });
      await store.receiveLogout(logout, Date.now());
      const session = sessionOf("alice", "s9");
      await begin(store, session, Date.now() + 1000);
      assert.equal(await store.receiveLogout(logout, Date.now()), "replayed");
      assert.ok((await store.readSession(session.sessionId, Date.now()))?.login);
    }));

  test("by sid keeps that OP session from ever logging in again, by whatever name it is asked for", () =>
    withStore(async (store) => {
      await store.receiveLogout(logoutOf({ sid: "s1" }), Date.now());
      assert.equal((await begin(store, sessionOf("alice", "s1"), Date.now() + 1000))?.by, "back-channel");
      assert.equal(await begin(store, sessionOf("alice", "s2")), undefined);
    }));

  test("by sid lets no session be renewed with what that OP session brought", () =>
    withStore(async (store) => {
      const session = sessionOf("alice", "s1");
      await begin(store, session);
      await store.receiveLogout(logoutOf({ sid: "s2" }), Date.now());
      const renewed = (sid: string) => sessionOf("alice", sid).login as Login;
      assert.equal(await store.renewLogin(session.sessionId, renewed("s2")), false);
      assert.equal(await store.renewLogin(session.sessionId, renewed("s3")), true);
    }));

  test("by sid is for its client: another client of the same OP session is not held up", () =>
    withStore(async (store) => {
      await store.receiveLogout(logoutOf({ sid: "s1" }, { clientIds: ["other"] }), Date.now());
      assert.equal(await begin(store, sessionOf("alice", "s1")), undefined);
    }));

  test("that is older than one before it takes nothing back", () =>
    withStore(async (store) => {
      const asked = Date.now() - 1000;
      await store.receiveLogout(logoutOf({ sub: "alice" }, { iat: 200 }), Date.now());
      await store.receiveLogout(logoutOf({ sub: "alice" }, { iat: 100 }), Date.now());
      const again = sessionOf("alice", "s2");
      if (again.login) again.login.claims.auth_time = 150;
      assert.ok(await begin(store, again, asked));
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
    authorizationEndpoint: "",
    tokenEndpoint: "",
    endSessionEndpoint: "",
    checkSessionIframe: "",
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

  test("a logout request waits for its session's browser, and is taken once", () =>
    withStore(async (store) => {
      const request = { method: "GET" as const, url: "https://op.example/logout", fields: [], length: 25 };
      const pending = { state: "s", sessionId: "a" };
      await store.savePendingLogout({ ...pending, request }, 1);
      assert.equal(await store.takeLogoutRequest("b", 2), undefined, "another session");
      assert.deepEqual(await store.takeLogoutRequest("a", 2), request);
      assert.equal(await store.takeLogoutRequest("a", 2), undefined);
      assert.equal(await store.takePendingLogout(pending, 2), true, "its state is still to come back");
    }));

  test("make their client known while they last, logins for as long as a logout may come", () =>
    withStore(async (store) => {
      await store.savePendingLogin({ ...pending("a", Date.now()), clientId: "asked" });
      const session = sessionOf("alice", "s1");
      await begin(store, session);
      await store.deleteSession(session.sessionId);
      const asked = ["app", "asked", "other"];
      assert.deepEqual(await store.usedClientIds(iss, asked), ["app", "asked"]);
      await store.takePendingLogin("a", Date.now());
      assert.deepEqual(await store.usedClientIds(iss, asked), ["app", "asked"], "its callback runs");
      await store.forgetPendingLogin("a");
      assert.deepEqual(await store.usedClientIds(iss, asked), ["app"]);
      assert.deepEqual(await store.usedClientIds("https://other.example", asked), []);
    }));

  test("are bounded in number: the oldest go first", () =>
    withStore(async (store) => {
      const from = Date.now();
      for (let n = 0; n <= limit.pendingLogins; n++) await store.savePendingLogin(pending(`s${n}`, from + n));
      assert.equal(await store.readPendingLogin("s0", from), undefined);
      assert.ok(await store.readPendingLogin("s1", from));
    }));
});

describe("what is kept", () => {
  test("expired rows cannot be read and are swept", () =>
    withStore(async (store) => {
      const session = sessionOf("alice", "s1", { expiresAt: Date.now() - 1 });
      await begin(store, session);
      assert.equal(await store.readSession(session.sessionId, Date.now()), undefined);
      await store.sweep(Date.now() + lifetime.ended + 60_000);
      assert.deepEqual(await store.usedClientIds(iss, ["app"]), []);
    }));

  test("events are bounded in number, each type by itself", () =>
    withStore(async (store) => {
      await store.appendEvent({ at: Date.now(), type: "logout_token", data: { first: true } });
      for (let n = 0; n < limit.events + 5; n++) {
        await store.appendEvent({ at: Date.now(), type: "logout_token_unverified", data: { n } });
      }
      const events = await store.listEvents("logout_token_unverified", limit.events * 2);
      assert.equal(events.length, limit.events);
      assert.equal(events[0]?.data.n, limit.events + 4);
      assert.equal((await store.listEvents("logout_token", 5)).length, 1);
    }));

  test("sessions without a login are bounded, those with one are not touched by that", () =>
    withStore(async (store) => {
      const from = Date.now();
      const session = sessionOf("alice", "s1", { createdAt: from - 1000 });
      await begin(store, session);
      for (let n = 0; n <= limit.visits; n++)
        await store.saveForm(`v${n}`, { values: {}, errors: {} }, from + n);
      assert.equal(await store.readSession("v0", from), undefined);
      assert.ok(await store.readSession("v1", from));
      assert.ok(await store.readSession(session.sessionId, from));
    }));

  test("the keys that were kept first stay, whoever brings others", () =>
    withStore(async (store) => {
      assert.equal(await store.readKeys(), undefined);
      assert.deepEqual(await store.keepKeys([{ kty: "RSA" }]), [{ kty: "RSA" }]);
      assert.deepEqual(await store.keepKeys([{ kty: "EC" }]), [{ kty: "RSA" }]);
      assert.deepEqual(await store.readKeys(), [{ kty: "RSA" }]);
    }));

  test("an ended session keeps no token", () =>
    withStore(async (store) => {
      const session = sessionOf("alice", "s1");
      await begin(store, session);
      await store.saveTokens(
        session.sessionId,
        { issuer: iss, clientId: "app", accessToken: "a" },
        Date.now(),
      );
      await store.receiveLogout(logoutOf({ sid: "s1" }), Date.now());
      const left = await store.readSession(session.sessionId, Date.now());
      assert.deepEqual([left?.login, left?.tokens], [undefined, undefined]);
    }));

  test("a registered client is kept for its issuer, the last one alone, until it is forgotten", () =>
    withStore(async (store) => {
      const client: RegisteredClient = {
        issuer: iss,
        clientId: "first",
        clientSecret: "s",
        alg: "RS256",
        encryption: { alg: "ECDH-ES", enc: "A128GCM" },
        management: { uri: `${iss}/register/first`, token: "m" },
        registeredAt: 1,
        report: [{ field: "jwks_uri", asked: "u", result: "ignored" }],
      };
      await store.saveRegisteredClient(client);
      assert.deepEqual(await store.readRegisteredClient(iss), client);
      const second: RegisteredClient = {
        issuer: iss,
        clientId: "second",
        alg: "RS256",
        registeredAt: 2,
        report: [],
      };
      const elsewhere = { ...second, issuer: `${iss}/` };
      await store.saveRegisteredClient(second);
      await store.saveRegisteredClient(elsewhere);
      assert.deepEqual(await store.readRegisteredClient(iss), second);
      await store.forgetRegisteredClient(iss);
      assert.equal(await store.readRegisteredClient(iss), undefined);
      assert.deepEqual(await store.readRegisteredClient(`${iss}/`), elsewhere);
      await store.sweep(Date.now() * 2);
      assert.ok(await store.readRegisteredClient(`${iss}/`), "it does not expire");
    }));

  test("sessions survive on disk, in files for the owner only", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "store-")), "rp");
    const session = sessionOf("alice", "s1");
    const first = openSqliteStore(folder, "app");
    await begin(first, session);
    await first.close();
    const second = openSqliteStore(folder, "app");
    assert.equal((await second.readSession(session.sessionId, Date.now()))?.login?.sub, "alice");
    await second.close();
    assert.equal(statSync(join(folder, "app.sqlite")).mode & 0o077, 0);
    rmSync(folder, { recursive: true });
  });
});
