/** What the driver sends to the APIs of WSO2 Identity Server, at a stand-in that answers in the documented shapes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DriverContext } from "../driver.ts";
import { apiOf, cannotRun, echo, empty, json, metadata, user, withoutApi } from "../testing/api.ts";
import { wso2 } from "./driver.ts";

describe("the driver of WSO2 Identity Server", () => {
  const issuer = "https://is.example:9443/t/acme/oauth2/token";
  const all = "/t/acme/api/server/v1/applications";
  const application = { clientId: "id", clientSecret: "secret", callbackURLs: [] };
  const answers = {
    [`POST ${all}`]: empty(201, { location: `https://is.example:9443${all}/42` }),
    [`GET ${all}/42/inbound-protocols/oidc`]: json(application),
  };

  it("creates an application whose callback matches exactly the registered URIs", async () => {
    const { asked, context } = apiOf(issuer, answers);
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

  it("gives each application a name of its own: names are unique", async () => {
    const { asked, context } = apiOf(issuer, answers);
    await wso2.register?.(metadata, context);
    await wso2.register?.(metadata, context);
    const names = asked.filter(({ body }) => body).map(({ body }) => JSON.parse(body).name);
    assert.equal(new Set(names).size, 2);
  });

  it("removes the application", async () => {
    const { asked, context } = apiOf(issuer, { ...answers, [`DELETE ${all}/42`]: empty(204) });
    const client = await wso2.register?.(metadata, context);
    await client?.remove?.();
    assert.equal(asked.at(-1)?.what, `DELETE ${all}/42`);
  });

  it("names the fields that the API has no setting for", async () => {
    const { context } = apiOf(issuer, answers);
    const client = await wso2.register?.({ ...metadata, subject_type: "pairwise" }, context);
    assert.deepEqual(client?.missing, ["subject_type"]);
  });

  for (const [when, change, authorization] of withoutApi)
    it(`registers dynamically ${when}, with the post-logout URIs among the redirect URIs`, async () => {
      const { asked, context } = apiOf(issuer, { "POST /register": echo });
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

  it("registers dynamically where the API does not exist yet", async () => {
    const { asked, context } = apiOf(issuer, { "POST /register": echo });
    const client = await wso2.register?.(metadata, context);
    assert.equal(client?.clientId, "dcr");
    assert.equal(asked.at(-1)?.authorization, `Basic ${btoa("admin:s:cret")}`);
  });

  it("ends all sessions of a user", async () => {
    const { asked, context } = apiOf(issuer, {
      "GET /t/acme/scim2/Users?filter=userName%20eq%20alice": json({ Resources: [{ id: "u-1" }] }),
      "DELETE /t/acme/api/users/v1/u-1/sessions": empty(204),
    });
    await wso2.endAllSessions?.(user, context);
    assert.equal(asked.at(-1)?.what, "DELETE /t/acme/api/users/v1/u-1/sessions");
    await assert.rejects(async () => wso2.endAllSessions?.(user, { ...context, admin: undefined }), {
      name: "NoAdministrator",
      message: "Only administrators of WSO2 Identity Server can do this: pass --admin NAME:PASSWORD.",
    });
  });

  const refusals: [string, RegExp, () => DriverContext][] = [
    [
      "a wrong password",
      /HTTP 401.*Check the name and password of --admin/,
      () => apiOf(issuer, { [`POST ${all}`]: empty(401) }).context,
    ],
    [
      "the words of the server",
      /HTTP 501: Multiple callbacks/,
      () =>
        apiOf(issuer, {
          [`POST ${all}`]: json({ code: "X", description: "Multiple callbacks\nare not" }, { status: 501 }),
        }).context,
    ],
    [
      "an unknown answer",
      /does not answer as/,
      () => apiOf(issuer, { ...answers, [`GET ${all}/42/inbound-protocols/oidc`]: json([]) }).context,
    ],
    ["another issuer", /--driver generic/, () => apiOf("https://op.example", {}).context],
  ];
  for (const [what, words, context] of refusals) {
    it(`fails in one line with ${what}`, async () => {
      await assert.rejects(async () => wso2.register?.(metadata, context()), cannotRun(words));
    });
  }
});
