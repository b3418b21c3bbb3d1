import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
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

  it("do not pass the clients of one user to the next", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    store.upsert("Session", "cookie", session("bob", "albums"), 60);
    assert.deepEqual(Object.keys(store.sessionByUid("session-1")?.authorizations ?? {}), ["albums"]);
  });
});
