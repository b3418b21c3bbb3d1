/** How many records a store keeps of one kind, and which go first. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limit, type Store } from "#lib/rp/store.ts";
import { begin, iss, nextChange, pendingOf, sessionOf, type WithStore } from "./stored.ts";

export function boundsContract(withStore: WithStore): void {
  describe("pending logins are bounded", () => {
    const pendings = async (store: Store, states: string[]): Promise<string[]> => {
      const found = await Promise.all(states.map((state) => store.readPendingLogin(state, Date.now())));
      return found.flatMap((pending) => pending?.state ?? []);
    };

    test("in all: the oldest of browsers without a session go first", () =>
      withStore(async (store) => {
        const from = Date.now();
        await store.savePendingLogin({ ...pendingOf("known", from), browser: "b" });
        for (let n = 1; n <= limit.pendingLogins; n++)
          await store.savePendingLogin(pendingOf(`s${n}`, from + n));
        assert.deepEqual(await pendings(store, ["known", "s1", "s2"]), ["known", "s2"]);
      }));

    test("in all: then the oldest of the others", () =>
      withStore(async (store) => {
        const from = Date.now();
        for (let n = 0; n <= limit.pendingLogins; n++)
          await store.savePendingLogin({ ...pendingOf(`s${n}`, from + n), browser: `z${9e6 - n}` });
        assert.deepEqual(await pendings(store, ["s0", "s1"]), ["s1"]);
      }));

    test("for each browser: its oldest go first", () =>
      withStore(async (store) => {
        const from = Date.now();
        await store.savePendingLogin({ ...pendingOf("other", from), browser: "c" });
        const states = Array.from({ length: limit.pendingLoginsOfBrowser + 2 }, (_, n) => `s${n}`);
        for (const [n, state] of states.entries())
          await store.savePendingLogin({ ...pendingOf(state, from + n), browser: "b" });
        assert.deepEqual(await pendings(store, ["other", ...states]), ["other", ...states.slice(2)]);
      }));
  });

  describe("pending logouts are bounded", () => {
    const take = (store: Store, sessionId: string, state: string) =>
      store.takePendingLogout({ sessionId, state }, Date.now());

    test("for each session: the oldest go first", () =>
      withStore(async (store) => {
        await store.savePendingLogout({ sessionId: "other", state: "s0" }, Date.now());
        for (let n = 0; n <= limit.pendingLogoutsOfSession; n++)
          await store.savePendingLogout({ sessionId: "own", state: `s${n}` }, Date.now());
        assert.equal(await take(store, "own", "s0"), false);
        assert.equal(await take(store, "own", "s1"), true);
        assert.equal(await take(store, "other", "s0"), true);
      }));

    test("in all", () =>
      withStore(async (store) => {
        for (let n = 0; n <= limit.pendingLogouts; n++)
          await store.savePendingLogout({ sessionId: `session${n}`, state: "s" }, Date.now());
        assert.equal(await take(store, "session0", "s"), false);
        assert.equal(await take(store, "session1", "s"), true);
      }));

    test("to one waiting request of a session, the last", () =>
      withStore(async (store) => {
        const requestTo = (url: string) => ({ method: "GET" as const, url, fields: [], length: 1 });
        for (const state of ["a", "b"]) {
          const pending = { sessionId: "own", state, request: requestTo(`${iss}/${state}`) };
          await store.savePendingLogout(pending, Date.now());
        }
        assert.deepEqual(await store.takeLogoutRequest("own", Date.now()), requestTo(`${iss}/b`));
        assert.equal(await store.takeLogoutRequest("own", Date.now()), undefined);
        assert.equal(await take(store, "own", "a"), true, "its state may still come back");
      }));
  });

  test("sessions of one user are bounded: the oldest ends, and its page hears of it", () =>
    withStore(async (store, replica) => {
      const expiresAt = Date.now() + 60_000;
      const sessions = Array.from({ length: limit.sessionsOfUser + 1 }, (_, n) =>
        sessionOf("alice", `s${n}`, { expiresAt: expiresAt + n }),
      );
      const bob = sessionOf("bob", "b", { expiresAt });
      const [oldest, second] = sessions as [(typeof sessions)[0], (typeof sessions)[0]];
      await begin(store, bob);
      const change = nextChange(replica, oldest);
      for (const session of sessions) await begin(store, session);
      await change;
      assert.equal(await store.readSession(oldest.sessionId, Date.now()), undefined);
      for (const kept of [second, bob])
        assert.ok((await store.readSession(kept.sessionId, Date.now()))?.login);
    }));
}
