/** What the drivers ask of the products' own APIs, at stand-ins that answer in the shapes that are documented. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { DriverContext } from "../driver.ts";
import { keycloak } from "../keycloak/driver.ts";
import { wso2 } from "./driver.ts";

interface Asked {
  what: string;
  authorization: string | null;
  body: string;
}

/** A server by what it answers to a method and a path. */
function standIn(issuer: string, answers: Record<string, (asked: Asked) => Response>) {
  const asked: Asked[] = [];
  const context: DriverContext = {
    issuer,
    metadata: { issuer, registration_endpoint: `${new URL(issuer).origin}/register` },
    admin: { name: "admin", password: "s:cret" },
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const request = {
        what: `${init?.method ?? "GET"} ${url.pathname}${url.search}`,
        authorization: new Headers(init?.headers).get("authorization"),
        body: String(init?.body ?? ""),
      };
      asked.push(request);
      return answers[request.what]?.(request) ?? Response.json({ error: "not_found" }, { status: 404 });
    },
  };
  return { asked, context };
}

const metadata: ClientMetadata = {
  client_name: "rp-a-1",
  redirect_uris: ["http://rp-a.localhost:1/callback"],
  post_logout_redirect_uris: ["http://rp-a.localhost:1/logout"],
  response_types: ["code"],
  grant_types: ["authorization_code", "implicit"],
  token_endpoint_auth_method: "client_secret_basic",
  backchannel_logout_uri: "http://localhost:1/bclogout",
  backchannel_logout_session_required: true,
  frontchannel_logout_uri: "http://rp-a.localhost:1/fclogout",
  frontchannel_logout_session_required: true,
};
const json = (body: unknown, init?: ResponseInit) => () => Response.json(body, init);
const empty =
  (status: number, headers = {}) =>
  () =>
    new Response(null, { status, headers });
const cannotRun = (words: RegExp) => (error: unknown) =>
  error instanceof CannotRun && words.test(error.message);
const user = { name: "alice", password: "alice" };

/** What dynamic registration answers: all that was asked for. */
const echo = ({ body }: Asked) =>
  Response.json({ ...JSON.parse(body), client_id: "dcr", client_secret: "s" }, { status: 201 });
/** How a run comes to be without the product's API, and what registration is authorized with then. */
const withoutApi: [when: string, change: Partial<DriverContext>, authorization: string | null][] = [
  ["without an administrator", { admin: undefined }, null],
  ["with an initial access token", { registrationToken: "t" }, "Bearer t"],
];

describe("the driver of WSO2 Identity Server", () => {
  const issuer = "https://is.example:9443/t/acme/oauth2/token";
  const all = "/t/acme/api/server/v1/applications";
  const application = { clientId: "id", clientSecret: "secret", callbackURLs: [] };
  const answers = {
    [`POST ${all}`]: empty(201, { location: `https://is.example:9443${all}/42` }),
    [`GET ${all}/42/inbound-protocols/oidc`]: json(application),
  };

  it("makes an application whose callback matches the registered URIs and no other", async () => {
    const { asked, context } = standIn(issuer, answers);
    const { remove: _remove, ...client } = (await wso2.register?.(metadata, context)) ?? {};
    assert.deepEqual(client, { clientId: "id", clientSecret: "secret", missing: [] });
    assert.equal(asked[0]?.authorization, `Basic ${btoa("admin:s:cret")}`);
    const body = JSON.parse(asked[0]?.body ?? "");
    const { oidc } = body.inboundProtocolConfiguration;
    assert.deepEqual(oidc.logout, {
      backChannelLogoutUrl: metadata.backchannel_logout_uri,
      frontChannelLogoutUrl: metadata.frontchannel_logout_uri,
    });
    assert.deepEqual(body.advancedConfigurations, { skipLoginConsent: true, skipLogoutConsent: false });
    assert.equal(oidc.callbackURLs.length, 1, "the API answers 501 to several");
    const [, expression] = /^regexp=(.+)$/.exec(oidc.callbackURLs[0]) ?? [];
    const matches = (uri: string) => new RegExp(`^${expression}$`).test(uri);
    assert.ok(matches("http://rp-a.localhost:1/callback") && matches("http://rp-a.localhost:1/logout"));
    assert.ok(!matches("http://rp-aXlocalhost:1/logout") && !matches("http://rp-a.localhost:1/logout/more"));
  });

  it("gives each application a name of its own: a name may be there once", async () => {
    const { asked, context } = standIn(issuer, answers);
    await wso2.register?.(metadata, context);
    await wso2.register?.(metadata, context);
    const names = asked.filter(({ body }) => body).map(({ body }) => JSON.parse(body).name);
    assert.equal(new Set(names).size, 2);
  });

  it("removes the application when nothing more is asked of the client", async () => {
    const { asked, context } = standIn(issuer, { ...answers, [`DELETE ${all}/42`]: empty(204) });
    const client = await wso2.register?.(metadata, context);
    await client?.remove?.();
    assert.equal(asked.at(-1)?.what, `DELETE ${all}/42`);
  });

  it("names the fields that the API has no word for", async () => {
    const { context } = standIn(issuer, answers);
    const client = await wso2.register?.({ ...metadata, subject_type: "pairwise" }, context);
    assert.deepEqual(client?.missing, ["subject_type"]);
  });

  for (const [when, change, authorization] of withoutApi)
    it(`registers dynamically ${when}, with the post-logout URIs among the redirect URIs`, async () => {
      const { asked, context } = standIn(issuer, { "POST /register": echo });
      const client = await wso2.register?.(metadata, { ...context, ...change });
      assert.deepEqual(
        asked.map((each) => [each.what, each.authorization]),
        [["POST /register", authorization]],
      );
      assert.deepEqual(JSON.parse(asked[0]?.body ?? "").redirect_uris, [
        "http://rp-a.localhost:1/callback",
        "http://rp-a.localhost:1/logout",
      ]);
      assert.deepEqual([client?.clientId, client?.missing], ["dcr", []]);
    });

  it("registers dynamically where there is no such API yet", async () => {
    const { asked, context } = standIn(issuer, { "POST /register": echo });
    const client = await wso2.register?.(metadata, context);
    assert.equal(client?.clientId, "dcr");
    assert.equal(asked.at(-1)?.authorization, `Basic ${btoa("admin:s:cret")}`);
  });

  it("ends all sessions of a user", async () => {
    const { asked, context } = standIn(issuer, {
      "GET /t/acme/scim2/Users?filter=userName%20eq%20alice": json({ Resources: [{ id: "u-1" }] }),
      "DELETE /t/acme/api/users/v1/u-1/sessions": empty(204),
    });
    await wso2.endAllSessions?.(user, context);
    assert.equal(asked.at(-1)?.what, "DELETE /t/acme/api/users/v1/u-1/sessions");
    await assert.rejects(async () => wso2.endAllSessions?.(user, { ...context, admin: undefined }), {
      name: "NoAdministrator",
      message: "WSO2 Identity Server does this for its administrators alone: pass --admin NAME:SECRET.",
    });
  });

  const refusals: [string, RegExp, () => DriverContext][] = [
    [
      "a wrong password",
      /HTTP 401.*Check the name and password of --admin/,
      () => standIn(issuer, { [`POST ${all}`]: empty(401) }).context,
    ],
    [
      "the words of the server",
      /HTTP 501: Multiple callbacks/,
      () =>
        standIn(issuer, {
          [`POST ${all}`]: json({ code: "X", description: "Multiple callbacks\nare not" }, { status: 501 }),
        }).context,
    ],
    [
      "an answer of something else",
      /does not answer as/,
      () => standIn(issuer, { ...answers, [`GET ${all}/42/inbound-protocols/oidc`]: json([]) }).context,
    ],
    ["another issuer", /--driver generic/, () => standIn("https://op.example", {}).context],
  ];
  for (const [what, words, context] of refusals) {
    it(`stops in one line with ${what}`, async () => {
      await assert.rejects(async () => wso2.register?.(metadata, context()), cannotRun(words));
    });
  }
});

describe("the driver of Keycloak", () => {
  const issuer = "https://kc.example/auth/realms/demo";
  const token = "POST /auth/realms/master/protocol/openid-connect/token";
  const api = "/auth/admin/realms/demo";
  const created = empty(201, { location: `https://kc.example${api}/clients/c-1` });
  const answers = { [token]: json({ access_token: "at" }), [`POST ${api}/clients`]: created };

  async function registered(asking: ClientMetadata) {
    const { asked, context } = standIn(issuer, answers);
    const client = await keycloak.register?.(asking, context);
    assert.equal(new URLSearchParams(asked[0]?.body).get("password"), "s:cret");
    assert.equal(asked[1]?.authorization, "Bearer at");
    return { client, body: JSON.parse(asked[1]?.body ?? "") };
  }

  it("makes a confidential client with the back channel, and says that the front channel is not used", async () => {
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

  it("makes a public client without a secret", async () => {
    const { client, body } = await registered({ ...metadata, token_endpoint_auth_method: "none" });
    assert.equal(body.publicClient, true);
    assert.ok(!("secret" in body) && client?.clientSecret === undefined);
  });

  for (const [when, change, authorization] of withoutApi)
    it(`registers dynamically ${when}, and says that the front channel is not used`, async () => {
      const { asked, context } = standIn(issuer, { "POST /register": echo });
      const client = await keycloak.register?.(metadata, { ...context, ...change });
      assert.deepEqual(
        asked.map((each) => [each.what, each.authorization]),
        [["POST /register", authorization]],
      );
      assert.doesNotMatch(asked[0]?.body ?? "", /frontchannel/);
      assert.equal(client?.clientId, "dcr");
      assert.deepEqual(client?.missing, ["frontchannel_logout_uri", "frontchannel_logout_session_required"]);
    });

  it("removes the client when nothing more is asked of it", async () => {
    const { asked, context } = standIn(issuer, { ...answers, [`DELETE ${api}/clients/c-1`]: empty(204) });
    const client = await keycloak.register?.(metadata, context);
    await client?.remove?.();
    assert.equal(asked.at(-1)?.what, `DELETE ${api}/clients/c-1`);
  });

  it("ends one session by its sid, and all of a user", async () => {
    const { asked, context } = standIn(issuer, {
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

  it("adds a key that signs in place of those before it", async () => {
    const { asked, context } = standIn(issuer, { ...answers, [`POST ${api}/components`]: empty(201) });
    await keycloak.rotateKeys?.(context);
    const { providerType, config } = JSON.parse(asked.at(-1)?.body ?? "");
    assert.equal(providerType, "org.keycloak.keys.KeyProvider");
    assert.ok(Number(config.priority[0]) > 100, "the priority that keys have without asking for one");
    assert.deepEqual([config.active, config.enabled], [["true"], ["true"]]);
  });

  it("changes a password to what it was, locks a user out, and lets the user in again", async () => {
    const { asked, context } = standIn(issuer, {
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

  it("stops in one line where the administrator is refused, the user unknown, or the issuer another", async () => {
    const refused = standIn(issuer, {
      [token]: json({ error_description: "Invalid user credentials" }, { status: 401 }),
    });
    await assert.rejects(
      async () => keycloak.register?.(metadata, refused.context),
      cannotRun(/Invalid user.*--admin/),
    );
    const nobody = standIn(issuer, { ...answers, [`GET ${api}/users?exact=true&username=alice`]: json([]) });
    await assert.rejects(
      async () => keycloak.endAllSessions?.(user, nobody.context),
      cannotRun(/no user alice/),
    );
    const nobodyAsks = { ...nobody.context, admin: undefined };
    await assert.rejects(async () => keycloak.endSession?.(user, "s-1", nobodyAsks), {
      name: "NoAdministrator",
    });
    const other = standIn("https://op.example", {});
    await assert.rejects(
      async () => keycloak.register?.(metadata, other.context),
      cannotRun(/--driver generic/),
    );
  });
});
