/** What the driver sends to the admin REST API of Keycloak, at a stand-in that answers in the documented shapes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { apiOf, cannotRun, echo, empty, json, metadata, user, withoutApi } from "../testing/api.ts";
import { keycloak } from "./driver.ts";

describe("the driver of Keycloak", () => {
  const issuer = "https://kc.example/auth/realms/demo";
  const token = "POST /auth/realms/master/protocol/openid-connect/token";
  const api = "/auth/admin/realms/demo";
  const created = empty(201, { location: `https://kc.example${api}/clients/c-1` });
  const answers = { [token]: json({ access_token: "at" }), [`POST ${api}/clients`]: created };

  async function registered(asking: ClientMetadata) {
    const { asked, context } = apiOf(issuer, answers);
    const client = await keycloak.register?.(asking, context);
    assert.equal(new URLSearchParams(asked[0]?.body).get("password"), "s:cret");
    assert.equal(asked[1]?.authorization, "Bearer at");
    return { client, body: JSON.parse(asked[1]?.body ?? "") };
  }

  it("creates a confidential client with the back channel, and reports that the front channel is not used", async () => {
    const { client, body } = await registered(metadata);
    assert.equal(client?.clientId, body.clientId);
    assert.equal(client?.clientSecret, body.secret);
    assert.deepEqual(client?.missing, ["frontchannel_logout_uri", "frontchannel_logout_session_required"]);
    assert.equal(body.frontchannelLogout, false);
    assert.equal(body.attributes["backchannel.logout.url"], metadata.backchannel_logout_uri);
    assert.equal(body.attributes["backchannel.logout.session.required"], "true");
    assert.equal(body.attributes["post.logout.redirect.uris"], "http://rp-a.localhost:1/logout");
  });

  it("uses the front channel for a client that has no other", async () => {
    const { backchannel_logout_uri: _uri, ...frontOnly } = metadata;
    const { client, body } = await registered(frontOnly as ClientMetadata);
    assert.equal(body.frontchannelLogout, true);
    assert.deepEqual(client?.missing, []);
  });

  it("creates a public client without a secret", async () => {
    const { client, body } = await registered({ ...metadata, token_endpoint_auth_method: "none" });
    assert.equal(body.publicClient, true);
    assert.ok(!("secret" in body) && client?.clientSecret === undefined);
  });

  for (const [when, change, authorization] of withoutApi)
    it(`registers dynamically ${when}, and reports that the front channel is not used`, async () => {
      const { asked, context } = apiOf(issuer, { "POST /register": echo });
      const client = await keycloak.register?.(metadata, { ...context, ...change });
      assert.deepEqual(
        asked.map((each) => [each.what, each.authorization]),
        [["POST /register", authorization]],
      );
      assert.doesNotMatch(asked[0]?.body ?? "", /frontchannel/);
      assert.equal(client?.clientId, "dcr");
      const ignored = client?.report?.filter(({ result }) => result === "ignored") ?? [];
      assert.deepEqual(ignored[0], {
        field: "frontchannel_logout_uri",
        asked: metadata.frontchannel_logout_uri,
        result: "ignored",
        reason: "dynamic registration at Keycloak cannot switch it on",
      });
      assert.deepEqual(client?.missing, ["frontchannel_logout_uri", "frontchannel_logout_session_required"]);
    });

  it("removes the client", async () => {
    const { asked, context } = apiOf(issuer, { ...answers, [`DELETE ${api}/clients/c-1`]: empty(204) });
    const client = await keycloak.register?.(metadata, context);
    await client?.remove?.();
    assert.equal(asked.at(-1)?.what, `DELETE ${api}/clients/c-1`);
  });

  it("ends one session by its sid, and all of a user", async () => {
    const { asked, context } = apiOf(issuer, {
      ...answers,
      [`DELETE ${api}/sessions/s-1`]: empty(204),
      [`GET ${api}/users?exact=true&username=alice`]: json([{ id: "u-1" }]),
      [`POST ${api}/users/u-1/logout`]: empty(204),
    });
    await keycloak.endSession?.(user, "s-1", context);
    assert.equal(asked.at(-1)?.what, `DELETE ${api}/sessions/s-1`);
    await keycloak.endAllSessions?.(user, context);
    assert.equal(asked.at(-1)?.what, `POST ${api}/users/u-1/logout`);
  });

  it("adds a key that signs instead of the earlier ones", async () => {
    const { asked, context } = apiOf(issuer, { ...answers, [`POST ${api}/components`]: empty(201) });
    await keycloak.rotateKeys?.(context);
    const { providerType, config } = JSON.parse(asked.at(-1)?.body ?? "");
    assert.equal(providerType, "org.keycloak.keys.KeyProvider");
    assert.ok(Number(config.priority[0]) > 100, "the priority that keys have without asking for one");
    assert.deepEqual([config.active, config.enabled], [["true"], ["true"]]);
  });

  it("changes a password to the same one, locks an account and unlocks it", async () => {
    const { asked, context } = apiOf(issuer, {
      ...answers,
      [`GET ${api}/users?exact=true&username=alice`]: json([{ id: "u-1" }]),
      [`PUT ${api}/users/u-1/reset-password`]: empty(204),
      [`PUT ${api}/users/u-1`]: empty(204),
    });
    const last = () => [asked.at(-1)?.what, JSON.parse(asked.at(-1)?.body ?? "")];
    await keycloak.changePassword?.(user, context);
    const credential = { type: "password", value: "alice", temporary: false };
    assert.deepEqual(last(), [`PUT ${api}/users/u-1/reset-password`, credential]);
    const undo = await keycloak.disableUser?.(user, context);
    assert.deepEqual(last(), [`PUT ${api}/users/u-1`, { enabled: false }]);
    await undo?.();
    assert.deepEqual(last(), [`PUT ${api}/users/u-1`, { enabled: true }]);
  });

  it("fails in one line where the administrator is refused, the user unknown, or the issuer another product's", async () => {
    const refused = apiOf(issuer, {
      [token]: json({ error_description: "Invalid user credentials" }, { status: 401 }),
    });
    await assert.rejects(
      async () => keycloak.register?.(metadata, refused.context),
      cannotRun(/Invalid user.*--admin/),
    );
    const unknownUser = apiOf(issuer, {
      ...answers,
      [`GET ${api}/users?exact=true&username=alice`]: json([]),
    });
    await assert.rejects(
      async () => keycloak.endAllSessions?.(user, unknownUser.context),
      cannotRun(/no user alice/),
    );
    const withoutAdmin = { ...unknownUser.context, admin: undefined };
    await assert.rejects(async () => keycloak.endSession?.(user, "s-1", withoutAdmin), {
      name: "NoAdministrator",
    });
    const other = apiOf("https://op.example", {});
    await assert.rejects(
      async () => keycloak.register?.(metadata, other.context),
      cannotRun(/--driver generic/),
    );
  });
});
