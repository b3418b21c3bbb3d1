import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { OpStore } from "./op-store.ts";

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

  it("keep every client when two requests, each unaware of the other's, write the session", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    store.upsert("Session", "cookie", session("alice", "albums"), 60);
    assert.deepEqual(Object.keys(store.sessionByUid("session-1")?.authorizations ?? {}), [
      "photos",
      "albums",
    ]);
  });

  it("do not hand the clients of one user to the next", () => {
    store.upsert("Session", "cookie", session("alice", "photos"), 60);
    store.upsert("Session", "cookie", session("bob", "albums"), 60);
    assert.deepEqual(Object.keys(store.sessionByUid("session-1")?.authorizations ?? {}), ["albums"]);
  });
});
