/** POST /bclogout in process: what is asked of the store, and the verdicts where a part is unavailable. Contract tests
 * cover it over HTTP. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { createLog } from "#lib/log.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { begin, sessionOf } from "#lib/store/testing/stored.ts";
import type { PlainResponse } from "../plain-http.ts";
import { createRelyingParty, type RelyingParty } from "../relying-party.ts";
import { backchannelLogout } from "./backchannel-logout.ts";

const iss = "https://op.example";
const { privateKey, publicKey } = await generateKeyPair("RS256");
const { privateKey: strange } = await generateKeyPair("RS256");
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "RS256" }] };
const discovery = { issuer: iss, jwks_uri: `${iss}/jwks` };

const tokenFor = (aud: string[], key = privateKey) =>
  new SignJWT({ iss, aud, sid: "s-1", jti: crypto.randomUUID(), events: { [backchannelLogoutEvent]: {} } })
    .setProtectedHeader({ alg: "RS256", kid: "k", typ: "logout+jwt" })
    .setIssuedAt()
    .setExpirationTime("2m")
    .sign(key);

/** @param up whether the OP answers */
function app(up = true): RelyingParty {
  const config = parseRpConfig({
    RP_NAME: "playground2",
    RP_BASE_URLS: "http://localhost:8082/playground2",
    RP_SECRET: "s".repeat(32),
    OP_ISSUER: iss,
    CLIENT_ID: "playground2",
  });
  const log = createLog({ name: "app", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const fetch = async (url: string) => {
    if (!up) throw new TypeError("fetch failed");
    return Response.json(url.endsWith("/jwks") ? jwks : discovery);
  };
  return createRelyingParty({ config, log, store: openSqliteStore(":memory:", "app"), fetch });
}

const send = (token: string, rp: RelyingParty): Promise<PlainResponse> =>
  backchannelLogout(
    {
      contentType: "application/x-www-form-urlencoded",
      text: async () => String(new URLSearchParams({ logout_token: token })),
    },
    rp,
  );

describe("the clients typed into the form", () => {
  const others = (count: number) => Array.from({ length: count }, (_, n) => `other-${n}`);

  test("are found among many audiences", async (t) => {
    const rp = app();
    t.mock.method(rp.store, "usedClientIds", async (_: string, ids: string[]) =>
      ids.filter((id) => id === "typed"),
    );
    assert.equal((await send(await tokenFor([...others(20), "typed"]), rp)).status, 200);
  });

  test("are looked up for so many audiences only: anyone may send a token", async (t) => {
    const rp = app();
    const { mock } = t.mock.method(rp.store, "usedClientIds");
    assert.equal((await send(await tokenFor(others(1000), strange), rp)).status, 400);
    assert.deepEqual(
      mock.calls.map(({ arguments: [, ids] }) => ids.length),
      [50],
    );
  });
});

describe("a refusal has the verdicts so far", () => {
  test("where the store is unavailable", async (t) => {
    const rp = app();
    t.mock.method(rp.store, "receiveLogout", async () => {
      throw new ProtocolError("store_unavailable", "The session store is unavailable.");
    });
    const response = await send(await tokenFor(["playground2"]), rp);
    assert.deepEqual([response.status, response.headers["retry-after"]], [503, "5"]);
    const [event] = await rp.store.listEvents("logout_token", 1);
    assert.ok(event && "verdicts" in event.data);
    const results = new Map(event.data.verdicts.map(({ check, result }) => [check, result]));
    assert.deepEqual(
      [results.get("signature"), results.get("jti"), results.get("replay")],
      ["pass", "pass", "skip"],
    );
  });

  test("where the OpenID Provider is unavailable", async () => {
    const rp = app(false);
    const response = await send(await tokenFor(["playground2"]), rp);
    assert.deepEqual([response.status, response.headers["retry-after"]], [503, "5"]);
    const [event] = await rp.store.listEvents("logout_token_unverified", 1);
    const results = new Map(event?.data.verdicts.map(({ check, result }) => [check, result]));
    assert.deepEqual([results.get("format"), results.get("signature")], ["pass", "skip"]);
  });
});

test("a logout is one write, however many sessions it ends: the logout with its records", async (t) => {
  const rp = app();
  for (let n = 0; n < 5; n++) {
    const { login, ...session } = sessionOf("alice", "s-1");
    if (login) await begin(rp.store, { ...session, login: { ...login, iss, clientId: "playground2" } });
  }
  await rp.provider.metadata(); // which is recorded too
  const writes = [t.mock.method(rp.store, "receiveLogout"), t.mock.method(rp.store, "appendEvents")];
  assert.equal((await send(await tokenFor(["playground2"]), rp)).status, 200);
  assert.deepEqual(
    writes.map(({ mock }) => mock.callCount()),
    [1, 0],
  );
  assert.equal((await rp.store.listEvents("session_ended", 10)).length, 5);
  assert.equal((await rp.store.listEvents("logout_token", 10)).length, 1);
});
