/** What a store must do for a logout, with any engine. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Login, RpSession } from "#lib/rp/model.ts";
import { limit } from "#lib/rp/store.ts";
import { begin, iss, logoutOf, receive, sessionOf, type WithStore } from "./stored.ts";

export function logoutContract(withStore: WithStore): void {
  describe("a logout", () => {
    test("ends only the sessions of its issuer, sid and client", () =>
      withStore(async (store) => {
        const meant = sessionOf("alice", "s1");
        await begin(store, meant);
        const others = [
          logoutOf({ sid: "s2" }),
          logoutOf({ sid: "s1" }, { iss: `${iss}/` }),
          logoutOf({ sid: "s1" }, { clientIds: ["other"] }),
        ];
        for (const other of others) assert.deepEqual(await receive(store, other), []);
        const ended = await receive(store, logoutOf({ sid: "s1" }));
        assert.deepEqual(ended, [{ sessionId: meant.sessionId, sub: "alice", sid: "s1", since: 1 }]);
        const left = await store.readSession(meant.sessionId, Date.now());
        assert.equal(left?.login, undefined);
        assert.equal(left?.ended?.by, "back-channel");
      }));

    test("with a jti seen before does nothing", () =>
      withStore(async (store) => {
        const logout = logoutOf({ sub: "alice" });
        await receive(store, logout);
        const session = sessionOf("alice", "s9");
        await begin(store, session, Date.now() + 1000);
        assert.equal(await receive(store, logout), "replayed");
        assert.ok((await store.readSession(session.sessionId, Date.now()))?.login);
      }));

    test("that arrives at two replicas at once is accepted by exactly one", () =>
      withStore(async (store, replica) => {
        const session = sessionOf("alice", "s1");
        await begin(store, session);
        const logout = logoutOf({ sid: "s1" });
        const answers = await Promise.all([store, replica].map((each) => receive(each, logout)));
        assert.equal(answers.filter((answer) => answer === "replayed").length, 1);
        assert.equal(answers.flat().filter((answer) => answer !== "replayed").length, 1);
      }));

    test("by sub wins over a login that is being stored at the other replica, in either order", () =>
      withStore(async (store, replica) => {
        const asked = Date.now() - 1000;
        for (let round = 0; round < 20; round++) {
          const session = sessionOf(`user${round}`, "s1");
          const logout = logoutOf({ sub: `user${round}` });
          const both = [begin(replica, session, asked), receive(store, logout)];
          await Promise.all(round % 2 ? both : both.reverse());
          assert.equal((await store.readSession(session.sessionId, Date.now()))?.login, undefined);
        }
      }));

    test("without a signature ends the sessions of a sid, but no later login", () =>
      withStore(async (store) => {
        const session = sessionOf("alice", "s1");
        await begin(store, session);
        const end = { by: "front-channel" as const, at: 51 };
        assert.equal((await store.endBySid(`${iss}/`, "s1", end)).length, 0);
        assert.equal((await store.endBySid(iss, "s1", end)).length, 1);
        const left = await store.readSession(session.sessionId, Date.now());
        assert.deepEqual(left?.ended, { ...end, livedMs: 50 });
        assert.equal(await begin(store, sessionOf("alice", "s1")), undefined);
      }));

    test("ends the sessions of its sub that have no sid, but none with another sid", () =>
      withStore(async (store) => {
        const [without, other, foreign] = [
          sessionOf("alice", undefined),
          sessionOf("alice", "s2"),
          sessionOf("bob", undefined),
        ];
        for (const session of [without, other, foreign]) await begin(store, session);
        const ended = await receive(store, logoutOf({ sid: "s1", sub: "alice" }));
        assert.deepEqual(ended, [{ sessionId: without.sessionId, sub: "alice", since: 1 }]);
        for (const { sessionId } of [other, foreign])
          assert.ok((await store.readSession(sessionId, Date.now()))?.login);
      }));

    test("with an empty sid ends no session that has none", () =>
      withStore(async (store) => {
        await begin(store, sessionOf("alice", undefined));
        assert.deepEqual(await receive(store, logoutOf({ sid: "" })), []);
      }));

    test("by sid and sub rejects a login without a sid that was requested before it", () =>
      withStore(async (store) => {
        const asked = Date.now() - 1000;
        await receive(store, logoutOf({ sid: "s1", sub: "alice" }));
        assert.ok(await begin(store, sessionOf("alice", undefined), asked));
        assert.equal(await begin(store, sessionOf("alice", undefined), Date.now() + 1000), undefined);
        assert.equal(await begin(store, sessionOf("alice", "s2"), asked), undefined, "another OP session");
        assert.equal(await begin(store, sessionOf("bob", undefined), asked), undefined);
      }));

    test("says why it ended no session: those of its user, or without a sid", () =>
      withStore(async (store) => {
        await begin(store, sessionOf("alice", "s2"));
        await begin(store, sessionOf("alice", "s3", { expiresAt: Date.now() - 1 }));
        await begin(store, sessionOf("bob", undefined));
        const ended = sessionOf("bob", undefined);
        await begin(store, ended);
        await store.endSession(ended.sessionId, { by: "local", at: 2 });
        const live = (sub?: string) => store.listLogins({ iss, sub }, Date.now());
        assert.deepEqual(await live("alice"), [{ iss, clientId: "app", sid: "s2" }]);
        assert.deepEqual(await live("bob"), [{ iss, clientId: "app" }]);
        assert.deepEqual(await live("carol"), []);
        assert.deepEqual(await live(), [{ iss, clientId: "app" }]);
        assert.deepEqual(await store.listLogins({ iss: `${iss}/`, sub: "alice" }, Date.now()), []);
      }));

    test("looks at a bounded number of logins for that: strangers cause it too", () =>
      withStore(async (store) => {
        for (let n = 0; n <= limit.listedLogins; n++) await begin(store, sessionOf(`user${n}`, undefined));
        assert.equal((await store.listLogins({ iss }, Date.now())).length, limit.listedLogins);
      }));

    for (const kind of ["sid", "sub"] as const)
      test(`by ${kind} remembers when it came, and for whom`, () =>
        withStore(async (store) => {
          const logout = logoutOf(kind === "sid" ? { sid: "s1" } : { sub: "alice" });
          await receive(store, logout);
          const end = (login: RpSession) => store.readEnd(login.login as Login);
          assert.deepEqual(await end(sessionOf("alice", "s1")), kind === "sid" ? logout.end : undefined);
          assert.equal(await end(sessionOf("alice", "s2")), undefined);
          assert.equal(await end(sessionOf("alice", undefined)), undefined);
        }));

    test("by sid prevents renewal with tokens of that OP session, unless they were requested later", () =>
      withStore(async (store) => {
        const session = sessionOf("alice", undefined);
        const asked = Date.now() - 1000;
        await begin(store, session);
        await receive(store, logoutOf({ sid: "s2" }));
        const renew = (sid: string, startedAt: number) =>
          store.renewLogin(session.sessionId, sessionOf("alice", sid).login as Login, startedAt);
        assert.deepEqual((await renew("s2", asked)) as object, {
          by: "back-channel",
          at: (await store.readEnd(sessionOf("alice", "s2").login as Login))?.at,
        });
        assert.equal(await renew("s3", asked), "renewed");
        assert.equal(await renew("s2", Date.now() + 1000), "renewed");
        assert.equal((await receive(store, logoutOf({ sid: "s2" }))).length, 1);
      }));

    test("by sid affects only its client, not another client of the same OP session", () =>
      withStore(async (store) => {
        await receive(store, logoutOf({ sid: "s1" }, { clientIds: ["other"] }));
        assert.equal(await begin(store, sessionOf("alice", "s1")), undefined);
      }));

    test("that is older than an earlier one undoes nothing", () =>
      withStore(async (store) => {
        const asked = Date.now() - 1000;
        await receive(store, logoutOf({ sub: "alice" }, { iat: 200 }));
        await receive(store, logoutOf({ sub: "alice" }, { iat: 100 }));
        const again = sessionOf("alice", "s2");
        if (again.login) again.login.claims.auth_time = 150;
        assert.ok(await begin(store, again, asked));
      }));

    for (const meant of [{ sub: "alice" }, { sid: "s1" }, { sid: "s1", sub: "alice" }])
      test(`by ${Object.keys(meant).join(" and ")} rejects a login that was requested before it, unless the user has authenticated since`, () =>
        withStore(async (store) => {
          const asked = Date.now() - 1000;
          await receive(store, logoutOf(meant));
          const authenticated = (at: number) => {
            const session = sessionOf("alice", "s1");
            if (session.login) session.login.claims.auth_time = at;
            return session;
          };
          assert.equal((await begin(store, sessionOf("alice", "s1"), asked))?.by, "back-channel");
          assert.equal((await begin(store, authenticated(100), asked))?.by, "back-channel");
          assert.equal(await begin(store, authenticated(101), asked), undefined);
          assert.equal(await begin(store, sessionOf("alice", "s1"), Date.now() + 1000), undefined);
        }));
  });
}
