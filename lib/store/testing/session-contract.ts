/** What a store must do for one session, with any engine. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { logoutEvents, logoutRequestRecord, type UnnumberedEvent } from "#lib/rp/events.ts";
import type { Store } from "#lib/rp/store.ts";
import { begin, logoutOf, nextChange, receive, sessionOf, type WithStore } from "./stored.ts";

export function sessionContract(withStore: WithStore): void {
  describe("a session", () => {
    test("replaces the browser's previous one when it begins, and keeps all its data", () =>
      withStore(async (store, replica) => {
        const former = sessionOf("alice", "s1");
        const session = sessionOf("bob", "s2", { form: { values: { a: "\u{1f511}" }, errors: {} } });
        await begin(store, former);
        await store.beginSession(session, former.sessionId, Date.now());
        assert.equal(await store.readSession(former.sessionId, Date.now()), undefined);
        assert.deepEqual(await replica.readSession(session.sessionId, Date.now()), session);
        assert.deepEqual(await receive(store, logoutOf({ sid: "s1" })), []);
      }));

    test("is renewed for its own user only, and is then found by its new sid", () =>
      withStore(async (store) => {
        const session = sessionOf("alice", "s1");
        await begin(store, session);
        const renewed = (sub: string, sid: string) =>
          ({ ...session.login, ...sessionOf(sub, sid).login }) as never;
        const renew = (id: string, sub: string, sid: string) =>
          store.renewLogin(id, renewed(sub, sid), Date.now());
        assert.equal(await renew(session.sessionId, "bob", "s2"), "no-session");
        assert.equal(await renew(session.sessionId, "alice", "s2"), "renewed");
        assert.equal(await renew("unknown", "alice", "s2"), "no-session");
        assert.deepEqual(await receive(store, logoutOf({ sid: "s1" })), []);
        assert.equal((await receive(store, logoutOf({ sid: "s2" }))).length, 1);
        assert.equal(await renew(session.sessionId, "alice", "s3"), "no-session", "it has ended");
      }));

    test("ends once, and keeps the outcome of its logout", () =>
      withStore(async (store) => {
        const session = sessionOf("alice", undefined);
        await begin(store, session);
        const end = { by: "local" as const, at: 2, detail: "why" };
        assert.equal((await store.endSession(session.sessionId, end))?.sub, "alice");
        assert.equal(await store.endSession(session.sessionId, end), undefined);
        const outcome = { state: "s", result: "logged_out" as const, at: 3 };
        await store.saveLogoutOutcome(session.sessionId, outcome);
        await store.saveLogoutOutcome("unknown", outcome);
        assert.deepEqual((await store.readSession(session.sessionId, Date.now()))?.logout, outcome);
        assert.equal(await store.readSession("unknown", Date.now()), undefined);
      }));

    test("notifies its own listeners at the other replica, and no others", () =>
      withStore(async (store, replica) => {
        const [one, two, other] = [sessionOf("a", "s1"), sessionOf("b", "s2"), sessionOf("c", "s3")];
        for (const session of [one, two, other]) await begin(store, session);
        const calls: string[] = [];
        replica.onSessionChange(other.sessionId, () => calls.push("other"));
        const ended = nextChange(replica, one);
        await receive(store, logoutOf({ sid: "s1" }));
        await ended;
        const replaced = nextChange(replica, two);
        await store.beginSession(sessionOf("b", "s4"), two.sessionId, Date.now());
        await replaced;
        const gone = nextChange(replica, one);
        await store.deleteSession(one.sessionId);
        await gone;
        assert.deepEqual(calls, []);
      }));

    test("and the record of logout requests, of each mechanism, notify all replicas", () =>
      withStore(async (store, replica) => {
        const record = { sessionId: logoutRequestRecord };
        for (const type of Object.values(logoutEvents).flat()) {
          const recorded = [nextChange(replica, record), nextChange(store, record)];
          const data = { error: "e", code: "invalid_request", verdicts: [] };
          await store.appendEvents([{ type, at: Date.now(), data } as UnnumberedEvent]);
          await Promise.all(recorded);
        }
      }));

    test("has its tokens refreshed by one replica at a time", () =>
      withStore(async (store, replica) => {
        const session = sessionOf("alice", "s1");
        const claim = (by: Store, name: string, at = Date.now()) =>
          by.claimRefresh(session.sessionId, name, at);
        const claims = await Promise.all([claim(store, "a"), claim(replica, "b")]);
        assert.deepEqual(claims.toSorted(), [false, true]);
        const winner = claims[0] ? "a" : "b";
        await store.releaseRefresh(session.sessionId, "another claimant");
        assert.equal(await claim(replica, "c"), false);
        const released = nextChange(replica, session);
        await store.releaseRefresh(session.sessionId, winner);
        await released;
        assert.equal(await claim(replica, "c"), true);
      }));
  });
}
