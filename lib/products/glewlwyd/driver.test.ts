/** What the driver sends to Glewlwyd's API, at a stand-in; e2e/idps/glewlwyd runs it at the product. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { apiOf, cannotRun, echo, empty, json, metadata, user, withoutApi } from "../testing/api.ts";
import { glewlwyd } from "./driver.ts";

describe("the driver of Glewlwyd", () => {
  const issuer = "http://localhost:4593/api/oidc";
  const session = {
    "POST /api/auth/": empty(200, { "set-cookie": "GLEWLWYD2_SESSION_ID=s-1; Path=/" }),
    "DELETE /api/auth/": empty(200),
  };

  it("creates and removes a client as the signed-in administrator", async () => {
    const { asked, context } = apiOf(issuer, { ...session, "POST /api/client/": empty(200) });
    const client = await glewlwyd.register?.({ ...metadata, subject_type: "pairwise" }, context);
    assert.deepEqual(
      asked.map(({ what, cookie }) => [what, cookie]),
      [
        ["POST /api/auth/", ""],
        ["POST /api/client/", "GLEWLWYD2_SESSION_ID=s-1"],
        ["DELETE /api/auth/", "GLEWLWYD2_SESSION_ID=s-1"],
      ],
    );
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ""), { username: "admin", password: "s:cret" });
    const record = JSON.parse(asked[1]?.body ?? "");
    assert.deepEqual(
      [record.client_id, record.client_secret, record.name, record.confidential],
      [client?.clientId, client?.clientSecret, "rp-a-1", true],
    );
    assert.equal(record.backchannel_logout_session_required, "yes");
    assert.deepEqual(record.post_logout_redirect_uris, metadata.post_logout_redirect_uris);
    assert.deepEqual(client?.missing, ["subject_type"]);
    assert.match(`${client?.clientId}${client?.clientSecret}`, /^\w+$/, "HTTP Basic carries it as it is");

    const again = apiOf(issuer, { ...session, [`DELETE /api/client/${client?.clientId}`]: empty(200) });
    context.fetch = again.context.fetch;
    await client?.remove?.();
    assert.equal(again.asked[1]?.what, `DELETE /api/client/${client?.clientId}`);
  });

  for (const [when, change, authorization] of withoutApi)
    it(`registers dynamically ${when}`, async () => {
      const { asked, context } = apiOf(issuer, { "POST /register": echo });
      const client = await glewlwyd.register?.(metadata, { ...context, ...change });
      assert.deepEqual(
        asked.map((each) => [each.what, each.authorization]),
        [["POST /register", authorization]],
      );
      assert.deepEqual([client?.clientId, client?.missing], ["dcr", []]);
    });

  it("ends the sessions of a user that have not ended", async () => {
    const list = "/api/delegate/alice/profile/session";
    const { asked, context } = apiOf(issuer, {
      ...session,
      [`GET ${list}?limit=10000`]: json([
        { session_hash: "a", enabled: true },
        { session_hash: "b", enabled: false },
      ]),
      [`DELETE ${list}/a`]: empty(200),
    });
    await glewlwyd.endAllSessions?.(user, context);
    assert.deepEqual(
      asked.slice(2).map(({ what }) => what),
      [`DELETE ${list}/a`, "DELETE /api/auth/"],
    );
  });

  it("fails in one line with a wrong password, and at the issuer of another product", async () => {
    const closed = apiOf(issuer, { "POST /api/auth/": empty(401) });
    const register = async ({ context }: typeof closed) => glewlwyd.register?.(metadata, context);
    await assert.rejects(register(closed), cannotRun(/HTTP 401\. Check the name and password of --admin\.$/));
    await assert.rejects(register(apiOf("https://op.example", {})), cannotRun(/--driver generic/));
  });
});
