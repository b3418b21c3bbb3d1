import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { OpStore, SessionEnded } from "./op-store.ts";

describe("the store's sessions", () => {
  let store: OpStore;
  beforeEach(() => {
    store = new OpStore(":memory:");
  });
  afterEach(() => store.close());

  const session = (accountId: string, clientId: string) => ({
    jti: "cookie",
    uid: "session-1",
    accountId,
    authorizations: { [clientId]: { sid: "sid-1" } },
  });

  it("keep every client when two concurrent requests write the session", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    store.upsert("Session", "cookie", session("alice", "albums"), 60);
    assert.deepEqual(Object.keys(store.sessionByUid("session-1")?.authorizations ?? {}), [
      "photos",
      "albums",
    ]);
  });

  it("are taken with every client, even if stored under two identifiers", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    store.upsert("Session", "cookie-2", { ...session("alice", "albums"), jti: "cookie-2" }, 60);
    const taken = store.takeSession("session-1");
    assert.deepEqual(Object.keys(taken?.authorizations ?? {}).sort(), ["albums", "photos"]);
    assert.equal(store.takeSession("session-1"), undefined);
    assert.equal(store.find("Session", "cookie"), undefined);
  });

  it("cannot be saved again once they are taken", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    store.takeSession("session-1");
    assert.throws(() => store.upsert("Session", "cookie-2", session("alice", "photos"), 60), SessionEnded);
    assert.equal(store.sessionByUid("session-1"), undefined);
    store.upsert("Session", "cookie-2", { ...session("alice", "photos"), uid: "session-2" }, 60);
    assert.equal(store.sessionByUid("session-2")?.accountId, "alice");
  });

  it("cannot be saved for another user or for none: the first user's clients would not be notified", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    const { accountId: _, authorizations: __, ...anonymous } = session("alice", "photos");
    for (const [id, late] of [
      ["cookie", session("bob", "albums")],
      ["cookie-2", session("bob", "albums")],
      ["cookie", anonymous],
    ] as const) {
      assert.throws(() => store.upsert("Session", id, late, 60), SessionEnded);
    }
    assert.equal(store.sessionByUid("session-1")?.accountId, "alice");
    assert.deepEqual(Object.keys(store.sessionByUid("session-1")?.authorizations ?? {}), ["photos"]);
  });
});

describe("the end of a session", () => {
  let store: OpStore;
  beforeEach(() => {
    store = new OpStore(":memory:");
    for (const clientId of ["photos", "albums"]) {
      const uri = `http://localhost:1/${clientId}`;
      store.upsert("Client", clientId, { client_id: clientId, backchannel_logout_uri: uri });
    }
    store.upsert("Client", "without", { client_id: "without" });
    store.upsert("AccessToken", "token", { grantId: "grant" }, 60);
    store.upsert(
      "Session",
      "cookie",
      {
        jti: "cookie",
        uid: "session-1",
        accountId: "alice",
        authorizations: {
          photos: { sid: "sid-1", grantId: "grant" },
          albums: { sid: "sid-1" },
          without: { sid: "sid-1" },
        },
      },
      60,
    );
  });
  afterEach(() => {
    mock.restoreAll();
    store.close();
  });

  it("leaves a delivery for each client that can be notified", () => {
    const [ended] = store.endSessions(["session-1", "no-such-session"]);
    const { deliveries } = store;
    const pending = deliveries.clientsWithPending().flatMap((clientId) => deliveries.pendingOf(clientId, 10));
    assert.deepEqual(
      pending.sort((a, b) => a.id - b.id),
      ended?.deliveries,
    );
    assert.deepEqual(
      pending.map(({ clientId, accountId, sid, uri }) => [clientId, accountId, sid, uri]),
      [
        ["photos", "alice", "sid-1", "http://localhost:1/photos"],
        ["albums", "alice", "sid-1", "http://localhost:1/albums"],
      ],
    );
    assert.equal(store.find("AccessToken", "token"), undefined);
    assert.deepEqual(store.endSessions(["session-1"]), []);
    assert.equal(store.deliveries.countPending(), 2);
  });

  it("is whole or has not happened", () => {
    const add = store.deliveries.add;
    mock.method(store.deliveries, "add", (...delivery: Parameters<typeof add>) => {
      if (delivery[0].clientId === "albums") throw new Error("database or disk is full");
      return add.apply(store.deliveries, delivery);
    });
    assert.throws(() => store.endSessions(["session-1"]), /disk is full/);
    assert.equal(store.sessionByUid("session-1")?.accountId, "alice");
    assert.ok(store.find("AccessToken", "token"));
    assert.equal(store.deliveries.countPending(), 0);
    mock.restoreAll();
    assert.equal(store.endSessions(["session-1"]).length, 1);
  });

  it("is the only way in which a user's expired session goes", async () => {
    const stored = store.sessionByUid("session-1");
    store.upsert("Session", "cookie", { ...stored, uid: "session-1" }, -5);
    store.upsert("Session", "anonymous", { uid: "session-2" }, -5);
    store.upsert("Session", "renewed", { ...stored, uid: "session-1" }, 60);
    assert.deepEqual(store.expiredSessions(10), [], "while another row of the session lives on");
    store.destroy("Session", "renewed");
    await store.sweepExpired();
    assert.equal(store.find("Session", "anonymous"), undefined);
    assert.deepEqual(store.expiredSessions(10), ["session-1"]);
  });

  it("lets requests in between while it removes what has expired, and leaves none of it", async () => {
    const left = () => ["first", "last"].filter((id) => store.find("Interaction", id));
    store.upsert("Interaction", "first", {}, -20);
    for (let n = 0; n < 2_000; n++) store.upsert("AccessToken", `token-${n}`, {}, -10);
    store.upsert("Interaction", "last", {}, -5);
    store.upsert("Interaction", "valid", {}, 60);
    const swept = store.sweepExpired();
    assert.deepEqual(left(), ["last"], "the oldest first, and not all at once");
    await swept;
    assert.deepEqual(left(), []);
    assert.ok(store.find("Interaction", "valid"));
  });
});

describe("the deletion of a client", () => {
  it("is whole or has not happened", () => {
    const store = new OpStore(":memory:");
    store.upsert("Client", "photos", { client_id: "photos" });
    store.upsert("AccessToken", "token", { clientId: "photos" }, 60);
    mock.method(store.deliveries, "abandon", () => {
      throw new Error("database or disk is full");
    });
    assert.throws(() => store.destroy("Client", "photos"), /disk is full/);
    assert.ok(store.find("Client", "photos"));
    assert.ok(store.find("AccessToken", "token"));
    mock.restoreAll();
    store.destroy("Client", "photos");
    assert.equal(store.find("Client", "photos"), undefined);
    assert.equal(store.find("AccessToken", "token"), undefined);
    store.close();
  });
});

describe("the deliveries", () => {
  const owed = (clientId: string) => ({ clientId, accountId: "alice", sid: "sid", endedAt: new Date() });
  const uri = "http://localhost:1/";

  it("are limited for each app: the oldest give way", () => {
    const store = new OpStore(":memory:");
    const { deliveries } = store;
    const [oldest, other] = [deliveries.add(owed("photos"), uri), deliveries.add(owed("albums"), uri)];
    for (let more = 0; more < 1000; more++) deliveries.add(owed("photos"), uri);
    assert.equal(deliveries.countPending(), 1001);
    assert.equal(deliveries.pendingOf("albums", 1)[0]?.id, other.id);
    assert.equal(deliveries.pendingOf("photos", 1)[0]?.id, other.id + 1);
    const dropped = deliveries.recent().filter(({ state }) => state === "failed");
    assert.deepEqual(
      dropped.map(({ id, error }) => [id, error]),
      [[oldest.id, "dropped: more than 1000 logout tokens are pending for this app"]],
    );
    store.close();
  });

  it("are forgotten when they are finished and 200 newer ones are", () => {
    const store = new OpStore(":memory:");
    const { deliveries } = store;
    const done = { state: "delivered", uri, nextAt: new Date(), triedAt: new Date(), ms: 1 } as const;
    const pending = deliveries.add(owed("photos"), uri);
    for (let more = 0; more < 250; more++)
      deliveries.record([{ id: deliveries.add(owed("photos"), uri).id, attempt: done }]);
    const ids = deliveries.recent().map(({ id }) => id);
    assert.deepEqual(
      [ids.length, ids[0], ids[1], ids.at(-1)],
      [201, pending.id, pending.id + 250, pending.id + 51],
    );
    store.close();
  });
});
