/** What a store must do with any engine; each engine's test calls this. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lifetime, limit, type Store } from "#lib/rp/store.ts";
import { boundsContract } from "./bounds-contract.ts";
import { logoutContract } from "./logout-contract.ts";
import { sessionContract } from "./session-contract.ts";
import { begin, clientOf, iss, logoutOf, pendingOf, receive, sessionOf, type WithStore } from "./stored.ts";

/** The store of one app, opened by two replicas if the engine supports several. */
interface Opened {
  store: Store;
  replica: Store;
  close: () => Promise<void>;
}

export function storeContract(open: () => Promise<Opened>): void {
  const withStore: WithStore = async (work) => {
    const { store, replica, close } = await open();
    await work(store, replica).finally(close);
  };

  logoutContract(withStore);

  describe("pending requests", () => {
    test("can be taken once, and not after they have expired", () =>
      withStore(async (store) => {
        await store.savePendingLogin(pendingOf("a"));
        await store.savePendingLogin(pendingOf("b", Date.now() - lifetime.pendingLogin - 1));
        assert.equal((await store.takePendingLogin("a", Date.now()))?.state, "a");
        assert.equal(await store.takePendingLogin("a", Date.now()), undefined);
        assert.equal(await store.takePendingLogin("b", Date.now()), undefined);
      }));

    test("a logout request waits for the browser of its session, and can be taken once", () =>
      withStore(async (store) => {
        const request = { method: "GET" as const, url: "https://op.example/logout", fields: [], length: 25 };
        const pending = { state: "s", sessionId: "a" };
        await store.savePendingLogout({ ...pending, request }, 1);
        assert.equal(await store.takeLogoutRequest("b", 2), undefined);
        assert.deepEqual(await store.takeLogoutRequest("a", 2), request);
        assert.equal(await store.takeLogoutRequest("a", 2), undefined);
        assert.equal(await store.takePendingLogout(pending, 2), true, "its state is still to come back");
      }));

    test("make their client known while they last; logins, for as long as a logout may arrive", () =>
      withStore(async (store) => {
        await store.savePendingLogin({ ...pendingOf("a"), clientId: "asked" });
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
  });

  boundsContract(withStore);
  sessionContract(withStore);

  describe("stored data", () => {
    test("an expired session cannot be read", () =>
      withStore(async (store) => {
        const session = sessionOf("alice", "s1", { expiresAt: Date.now() - 1 });
        await begin(store, session);
        assert.equal(await store.readSession(session.sessionId, Date.now()), undefined);
      }));

    test("events are bounded in number, each type separately", () =>
      withStore(async (store) => {
        await store.appendEvents([{ at: Date.now(), type: "provider_discovered", data: { issuer: iss } }]);
        for (let n = 0; n < limit.events + 5; n++) {
          const data = { error: `number ${n}` };
          await store.appendEvents([{ at: Date.now(), type: "provider_unavailable", data }]);
        }
        const events = await store.listEvents("provider_unavailable", limit.events * 2);
        assert.equal(events.length, limit.events);
        assert.equal(events[0]?.data.error, `number ${limit.events + 4}`);
        assert.equal((await store.listEvents("provider_discovered", 5)).length, 1);
      }));

    test("sessions without a login are bounded, and those with one are not affected", () =>
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

    test("the first keys that are stored stay", () =>
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
        await receive(store, logoutOf({ sid: "s1" }));
        const left = await store.readSession(session.sessionId, Date.now());
        assert.deepEqual([left?.login, left?.tokens], [undefined, undefined]);
      }));

    test("an issuer has one registered client, the latest, until it is forgotten", () =>
      withStore(async (store) => {
        const client = clientOf("first");
        await store.saveRegisteredClient(client);
        assert.deepEqual(await store.readRegisteredClient(iss), client);
        const second = clientOf("second");
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
  });
}
