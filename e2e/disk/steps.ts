/** Steps of a store, each after a line that names it, for synced.disk-test.ts: `node steps.ts app|op FOLDER`. */
import { writeSync } from "node:fs";
import { OpStore } from "#lib/op/store/op-store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { begin, clientOf, iss, logoutOf, pendingOf, receive, sessionOf } from "#lib/store/testing/stored.ts";

/** Of an app. */
async function appSteps(folder: string): Promise<Record<string, () => Promise<unknown>>> {
  const store = openSqliteStore(folder, "app");
  const sessions = ["one", "two", "three", "four", "five"].map((sid) => sessionOf("alice", sid));
  for (const session of sessions) await begin(store, session);
  const [, , third = "", fourth = "", fifth = ""] = sessions.map(({ sessionId }) => sessionId);
  const end = { by: "front-channel" as const, at: Date.now() };
  const renewed = sessionOf("alice", "five").login;
  if (!renewed) throw new Error("a session without a login");
  return {
    login: () => begin(store, sessionOf("bob", "b")),
    event: () => store.appendEvents([{ at: 1, type: "provider_discovered", data: { issuer: iss } }]),
    form: () => store.saveForm("visit", { values: {}, errors: {} }, Date.now()),
    "pending login": () => store.savePendingLogin(pendingOf("state")),
    "logout token": () => receive(store, logoutOf({ sid: "one" })),
    "front channel": () => store.endBySid(iss, "two", end),
    end: () => store.endSession(third, end),
    reset: () => store.deleteSession(fourth),
    "renewed login": () => store.renewLogin(fifth, renewed, Date.now()),
    "registered client": () => store.saveRegisteredClient(clientOf("c")),
    keys: () => store.keepKeys([{ kty: "RSA" }]),
  };
}

/** Of the embedded OP. */
async function opSteps(folder: string): Promise<Record<string, () => unknown>> {
  const store = new OpStore(folder);
  const session = { jti: "c", uid: "u", accountId: "alice", authorizations: { photos: { sid: "s" } } };
  store.upsert("Session", "cookie", session, 60);
  return {
    code: () => store.upsert("AuthorizationCode", "code", {}, 60),
    consent: () => store.rememberConsent("alice", "photos", ["openid"]),
    keys: () => store.setSecret("jwks", "{}"),
    client: () => store.upsert("Client", "photos", { client_id: "photos" }),
    "session in use": () => store.upsert("Session", "cookie", session, 60),
    "app in a session": () =>
      store.upsert("Session", "cookie", { ...session, authorizations: { albums: { sid: "s" } } }, 60),
    end: () => store.endSessions(["u"]),
  };
}

const [, , which, folder = ""] = process.argv;
const steps = await (which === "op" ? opSteps(folder) : appSteps(folder));
for (const [name, step] of Object.entries(steps)) {
  writeSync(1, `step ${name}\n`);
  await step();
}
writeSync(1, "step done\n");
