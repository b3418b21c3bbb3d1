import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeJwt, jwtVerify } from "jose";
import { formOf, HttpBrowser } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorizationUrl,
  authorize,
  basic,
  clientSecret,
  logoutUrl,
  register,
  responseOf,
  sharedOp,
  signIn,
  tokenRequest,
} from "./testing/op-under-test.ts";

const op = await sharedOp();

describe("authorization", () => {
  const parameters: Record<string, string[]> = {
    code: ["code"],
    id_token: ["id_token"],
    "id_token token": ["id_token", "access_token", "token_type", "expires_in", "scope"],
    "code id_token": ["code", "id_token"],
    "code token": ["code", "access_token", "token_type", "expires_in", "scope"],
    "code id_token token": ["code", "id_token", "access_token", "token_type", "expires_in", "scope"],
  };
  for (const [responseType, expected] of Object.entries(parameters)) {
    it(`answers ${responseType} with its parameters, state and iss`, async () => {
      const visit = await authorize(op, new HttpBrowser(), { response_type: responseType });
      const response = responseOf(visit);
      assert.deepEqual([...response.keys()].sort(), [...expected, "state", "iss", "session_state"].sort());
      assert.equal(response.get("iss"), op.issuer);
      assert.equal(response.get("state"), "state-1");
      assert.equal(new URL(visit.location ?? "").hash !== "", responseType !== "code");
      const idToken = response.get("id_token");
      if (idToken) {
        const { payload, protectedHeader } = await jwtVerify(idToken, op.jwks, {
          issuer: op.issuer,
          audience: "photos",
        });
        assert.equal(protectedHeader.alg, "RS256");
        assert.equal(payload.sub, "alice");
        assert.equal(payload.name, "Alice Archer");
        assert.equal(payload.nonce, "nonce-1");
        assert.match(String(payload.sid), /^[\w-]{32}$/);
      }
    });
  }

  it("sends the response as a form with response_mode form_post", async () => {
    const page = await authorize(op, new HttpBrowser(), {
      response_type: "code id_token",
      response_mode: "form_post",
    });
    assert.equal(page.status, 200);
    const { action, fields } = formOf(page);
    assert.equal(action, `${op.photos.base}/oauth2client`);
    assert.deepEqual(Object.keys(fields).sort(), ["code", "id_token", "iss", "session_state", "state"]);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'self' 'sha256-/);
  });

  it("exchanges a code with PKCE, for a public client too, into an ID Token with the claims and the sid", async () => {
    const verifier = "v".repeat(43);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const challenge = Buffer.from(digest).toString("base64url");
    const redirectUri = `${op.photos.base}/oauth2client`;
    const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
    const visit = await authorize(op, new HttpBrowser(), {
      client: "photos-public",
      scope: "openid email groups",
      ...pkce,
    });
    const code = responseOf(visit).get("code") ?? "";
    const exchange = {
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      client_id: "photos-public",
    };
    const response = await tokenRequest(op, { ...exchange, code_verifier: verifier });
    const tokens = (await response.json()) as { id_token: string };
    const claims = decodeJwt(tokens.id_token);
    assert.equal(claims.email, "alice@example.com");
    assert.deepEqual(claims.groups, ["everyone"]);
    assert.ok(claims.sid);
  });

  it("lets a confidential client authenticate by header and by form", async () => {
    const redirectUri = `${op.photos.base}/oauth2client`;
    for (const byForm of [true, false]) {
      const code = responseOf(await authorize(op, new HttpBrowser())).get("code") ?? "";
      const exchange = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
      const response = byForm
        ? await tokenRequest(op, { ...exchange, client_id: "photos", client_secret: clientSecret })
        : await tokenRequest(op, exchange, basic("photos", clientSecret));
      assert.equal(response.status, 200);
    }
  });

  it("issues a refresh token for offline_access", async () => {
    const visit = await authorize(op, new HttpBrowser(), {
      scope: "openid offline_access",
      prompt: "consent",
    });
    const redirectUri = `${op.photos.base}/oauth2client`;
    const code = responseOf(visit).get("code") ?? "";
    const first = await tokenRequest(
      op,
      { grant_type: "authorization_code", code, redirect_uri: redirectUri },
      basic("photos", clientSecret),
    );
    const { refresh_token } = (await first.json()) as { refresh_token: string };
    const second = await tokenRequest(
      op,
      { grant_type: "refresh_token", refresh_token },
      basic("photos", clientSecret),
    );
    assert.equal(second.status, 200);
  });

  it("accepts the authorization request as a POST from the app's page", async () => {
    const browser = new HttpBrowser();
    await signIn(op, browser, "photos");
    const { origin, pathname, searchParams } = new URL(authorizationUrl(op));
    const answer = await browser.post(
      `${origin}${pathname}`,
      Object.fromEntries(searchParams),
      op.photos.base,
    );
    assert.ok(responseOf(answer).has("code"));
  });

  it("accepts only the exact registered callback", async () => {
    const { port } = new URL(op.photos.base);
    const others = [
      "localhost:1",
      "localhost:99999",
      "localhost.evil.example",
      `localhost:${port}@evil.example`,
    ];
    for (const host of others) {
      for (const prompt of ["login", "none"]) {
        const redirect_uri = `http://${host}/oauth2client`;
        const refused = await new HttpBrowser().get(authorizationUrl(op, { redirect_uri, prompt }));
        assert.equal(refused.status, 400, redirect_uri);
        assert.equal(refused.location, undefined);
        assert.match(refused.text, /callback URL/);
      }
    }
  });

  it("ignores the port of a native client's loopback callback, but not of its post_logout_redirect_uri", async () => {
    const metadata = {
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/callback"],
      post_logout_redirect_uris: ["http://127.0.0.1/logout"],
    };
    const { body } = await register(op, metadata, adminAuthorization);
    const client_id = String(body.client_id);
    const request = { client_id, redirect_uri: "http://127.0.0.1:1/callback" };
    const visit = await authorize(op, new HttpBrowser(), request);
    assert.ok(visit.location?.startsWith("http://127.0.0.1:1/callback?code="));
    for (const uri of ["http://127.0.0.1:99999/callback", "http://localhost:1/callback"]) {
      const refused = await new HttpBrowser().get(authorizationUrl(op, { client_id, redirect_uri: uri }));
      assert.equal(refused.status, 400);
    }
    const elsewhere = { client_id, post_logout_redirect_uri: "http://127.0.0.1:1/logout" };
    assert.equal((await new HttpBrowser().get(logoutUrl(op, elsewhere))).status, 400);
  });

  it("gives all clients of a session the same sid, without asking for the password again", async () => {
    const browser = new HttpBrowser();
    const photos = await signIn(op, browser, "photos");
    const page = await browser.follow(await browser.get(authorizationUrl(op, { client: "albums" })));
    assert.doesNotMatch(page.url, /login\.do/);
    const albums = await signIn(op, browser, "albums");
    assert.equal(albums.claims.sid, photos.claims.sid);
    const other = await signIn(op, new HttpBrowser(), "photos");
    assert.notEqual(other.claims.sid, photos.claims.sid);
  });

  it("supports the client credentials grant", async () => {
    const response = await tokenRequest(
      op,
      { grant_type: "client_credentials" },
      basic("photos", clientSecret),
    );
    assert.equal(response.status, 200);
    assert.ok(((await response.json()) as { access_token: string }).access_token);
  });

  it("supports the password grant, with an ID Token without sid", async () => {
    const fields = { grant_type: "password", username: "bob", password: "bob", scope: "openid profile" };
    const response = await tokenRequest(op, fields, basic("photos", clientSecret));
    const tokens = (await response.json()) as { id_token: string; access_token: string };
    const { payload } = await jwtVerify(tokens.id_token, op.jwks, { issuer: op.issuer, audience: "photos" });
    assert.equal(payload.sub, "bob");
    assert.equal(payload.name, "Bob Baker");
    assert.equal(payload.sid, undefined);
    const userinfo = await fetch(`${op.origin}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    assert.equal(((await userinfo.json()) as { sub: string }).sub, "bob");
  });

  it("refuses the password grant for a wrong password", async () => {
    const fields = { grant_type: "password", username: "bob", password: "wrong", scope: "openid" };
    const response = await tokenRequest(op, fields, basic("photos", clientSecret));
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { error: string }).error, "invalid_grant");
  });
});
