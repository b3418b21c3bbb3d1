/** Requests of scripts in other origins' pages: Fetch, 3.3 (CORS). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { sharedOp, signIn, userinfoStatus } from "./testing/op-under-test.ts";
import { registeredClient } from "./testing/registered-client.ts";

const stranger = "https://stranger.example";
const form = { "content-type": "application/x-www-form-urlencoded" };

const op = await sharedOp();

describe("the OP and scripts of apps", () => {
  const policyOf = ({ headers }: Response) => [
    headers.get("access-control-allow-origin"),
    headers.get("access-control-allow-credentials"),
  ];
  const token = (origin: string, client = "photos-public") =>
    fetch(`${op.origin}/oauth2/token`, {
      method: "POST",
      headers: { ...form, origin },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "none", client_id: client }),
    });

  it("lets an app read the answer to a token request with credentials", async () => {
    const { origin } = new URL(op.photos.base);
    const answer = await token(origin);
    assert.equal(((await answer.json()) as { error: string }).error, "invalid_grant");
    assert.deepEqual(policyOf(answer), [origin, "true"]);
    assert.match(answer.headers.get("vary") ?? "", /\bOrigin\b/i);
  });

  it("does not let other origins", async () => {
    for (const origin of [stranger, "null"]) assert.deepEqual(policyOf(await token(origin)), [null, null]);
  });

  it("does not take an opaque origin for that of a native app", async () => {
    const { clientId } = await registeredClient(op, {
      application_type: "native",
      redirect_uris: ["com.example.photos:/callback"],
      response_types: ["code"],
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "none",
    });
    assert.deepEqual(policyOf(await token("null", clientId)), [null, null]);
  });

  it("answers the preflight of such a request", async () => {
    const { origin } = new URL(op.photos.base);
    const { accessToken } = await signIn(op, new HttpBrowser(), "photos");
    const url = `${op.origin}/oauth2/userinfo`;
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    });
    assert.deepEqual(policyOf(preflight), [origin, "true"]);
    const answer = await fetch(url, { headers: { origin, authorization: `Bearer ${accessToken}` } });
    assert.deepEqual(policyOf(answer), [origin, "true"]);
    assert.equal(await userinfoStatus(op, accessToken), 200);
  });

  it("publishes its metadata and keys to any named origin", async () => {
    for (const path of ["/oauth2/token/.well-known/openid-configuration", "/oauth2/jwks"]) {
      const answer = await fetch(`${op.origin}${path}`, { headers: { origin: stranger } });
      assert.deepEqual(policyOf(answer), [stranger, "true"]);
      const sandboxed = await fetch(`${op.origin}${path}`, { headers: { origin: "null" } });
      assert.deepEqual(policyOf(sandboxed), ["null", null]);
      const server = await fetch(`${op.origin}${path}`);
      assert.deepEqual(policyOf(server), ["*", null]);
    }
  });

  it("lets no script read a page", async () => {
    for (const path of ["/", "/sessions", "/oidc/checksession", "/oidc/logout"]) {
      const { origin } = new URL(op.photos.base);
      assert.deepEqual(policyOf(await fetch(`${op.origin}${path}`, { headers: { origin } })), [null, null]);
    }
  });
});
