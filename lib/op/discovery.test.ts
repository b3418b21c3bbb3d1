import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { adminAuthorization, sharedOp } from "./testing/op-under-test.ts";

const places = ["/oauth2/token/.well-known", "/oauth2/oidcdiscovery/.well-known", "/.well-known"];

/** A GET with an arbitrary Host header, which `fetch` does not allow. */
function getAs(
  host: string,
  url: string,
): Promise<{ status: number | undefined; location: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host, accept: "text/html" } }, async (response) => {
      const text = (await response.toArray()).join("");
      resolve({ status: response.statusCode, location: response.headers.location, text });
    })
      .on("error", reject)
      .end();
  });
}

/** A POST with an arbitrary Host header.
 * @returns the status */
function postAs(host: string, url: string, headers: Record<string, string>, body: string) {
  return new Promise<number | undefined>((resolve, reject) => {
    request(url, { method: "POST", headers: { ...headers, host } }, (response) => {
      resolve(response.resume().statusCode);
    })
      .on("error", reject)
      .end(body);
  });
}

const op = await sharedOp();

describe("discovery and hosts", () => {
  for (const place of places) {
    it(`describes the OP at ${place}/openid-configuration`, async () => {
      const metadata = await (await fetch(`${op.origin}${place}/openid-configuration`)).json();
      const { origin } = op;
      assert.partialDeepStrictEqual(metadata, {
        issuer: `${origin}/oauth2/token`,
        authorization_endpoint: `${origin}/oauth2/authorize`,
        token_endpoint: `${origin}/oauth2/token`,
        jwks_uri: `${origin}/oauth2/jwks`,
        userinfo_endpoint: `${origin}/oauth2/userinfo`,
        revocation_endpoint: `${origin}/oauth2/revoke`,
        introspection_endpoint: `${origin}/oauth2/introspect`,
        end_session_endpoint: `${origin}/oidc/logout`,
        registration_endpoint: `${origin}/api/identity/oauth2/dcr/v1.1/register`,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        end_session_everywhere_supported: true,
        check_session_iframe: `${origin}/oidc/checksession`,
        authorization_response_iss_parameter_supported: true,
        subject_types_supported: ["public", "pairwise"],
        response_modes_supported: [
          "form_post",
          "fragment",
          "query",
          "jwt",
          "query.jwt",
          "fragment.jwt",
          "form_post.jwt",
        ],
        id_token_signing_alg_values_supported: ["HS256", "RS256", "PS256", "ES256"],
        userinfo_signing_alg_values_supported: ["RS256", "PS256", "ES256"],
        authorization_signing_alg_values_supported: ["RS256", "PS256", "ES256"],
        id_token_encryption_alg_values_supported: [
          "RSA-OAEP",
          "RSA-OAEP-256",
          "RSA-OAEP-384",
          "RSA-OAEP-512",
          "ECDH-ES",
          "ECDH-ES+A128KW",
          "ECDH-ES+A192KW",
          "ECDH-ES+A256KW",
          "A128KW",
          "A192KW",
          "A256KW",
        ],
        id_token_encryption_enc_values_supported: [
          "A128GCM",
          "A192GCM",
          "A256GCM",
          "A128CBC-HS256",
          "A192CBC-HS384",
          "A256CBC-HS512",
        ],
      });
    });
  }

  it("publishes a key for each signing algorithm and two for encryption, without private parts", async () => {
    const { keys } = (await (await fetch(`${op.origin}/oauth2/jwks`)).json()) as {
      keys: Record<string, string>[];
    };
    assert.deepEqual(
      keys.map(({ use, alg, kty }) => `${use} ${alg ?? kty}`),
      ["sig RS256", "sig PS256", "sig ES256", "enc RSA", "enc EC"],
    );
    for (const key of keys) assert.equal(key.d, undefined);
  });

  it("answers only as itself, against DNS rebinding", async () => {
    const { port } = new URL(op.origin);
    const hosts = ["evil.example", `evil.example:${port}`, `localhost.:${port}`, `app.localhost:${port}`];
    const paths = ["/", "/sessions", "/oauth2/jwks", "/oauth2/token/.well-known/openid-configuration"];
    for (const host of [...hosts, "localhost", "localhost:1", "127.0.0.1:1"]) {
      for (const path of paths) {
        const { status, text, location } = await getAs(host, `${op.origin}${path}`);
        assert.deepEqual([status, location], [421, undefined], `${host} ${path}`);
        assert.doesNotMatch(text, /evil/);
        assert.match(text, new RegExp(`at <a href="${op.origin}/">`));
      }
    }
  });

  it("lets a page of another host register no client, and sign no one in", async () => {
    const { port } = new URL(op.origin);
    const headers = { authorization: adminAuthorization, "content-type": "application/json" };
    const metadata = JSON.stringify({
      redirect_uris: ["http://localhost/cb"],
      ext_param_client_id: "rebound",
    });
    const path = "/api/identity/oauth2/dcr/v1.1/register";
    assert.equal(await postAs(`evil.example:${port}`, `${op.origin}${path}`, headers, metadata), 421);
    const url = `${op.origin}${path}/rebound`;
    assert.equal((await fetch(url, { headers: { authorization: adminAuthorization } })).status, 404);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const password = "grant_type=password&username=admin&password=admin&client_id=photos-public&scope=openid";
    assert.equal(await postAs(`evil.example:${port}`, `${op.origin}/oauth2/token`, form, password), 421);
  });

  it("uses its own host in the metadata for a server that asks by address", async () => {
    const local = op.origin.replace("localhost", "127.0.0.1");
    const { status, text } = await getAs(new URL(local).host, `${local}/.well-known/openid-configuration`);
    assert.equal(status, 200);
    assert.doesNotMatch(text, /127\.0\.0\.1/);
  });

  it("redirects browsers, but not servers, from 127.0.0.1 to localhost", async () => {
    const local = op.origin.replace("localhost", "127.0.0.1");
    const { host } = new URL(local);
    for (const path of ["/", "/sessions", "/oauth2/authorize?client_id=photos", "/oidc/logout?state=1"]) {
      const { location } = await getAs(host, `${local}${path}`);
      assert.equal(location, `${op.origin}${path}`);
    }
    assert.equal((await getAs(host, `${local}/oauth2/jwks`)).status, 200);
  });

  it("serves the style sheet and nothing outside its folder", async () => {
    const browser = new HttpBrowser();
    const style = await browser.get(`${op.origin}/assets/playground.css`);
    assert.equal(style.headers.get("content-type"), "text/css; charset=utf-8");
    for (const path of ["/assets/..%2f..%2fpackage.json", "/assets/photos", "/assets/"]) {
      assert.equal((await browser.get(`${op.origin}${path}`)).status, 404);
    }
  });

  it("describes itself on the home page, which cannot be framed", async () => {
    const page = await new HttpBrowser().get(`${op.origin}/`);
    assert.ok(page.text.includes(op.issuer));
    assert.match(page.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
    assert.equal(page.headers.get("referrer-policy"), "same-origin");
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    assert.equal(page.headers.get("cache-control"), "no-store");
  });

  it("answers HEAD like GET", async () => {
    for (const path of ["/", "/sessions", "/assets/playground.css", "/nowhere"]) {
      const [head, get] = await Promise.all(
        ["HEAD", "GET"].map((method) =>
          fetch(`${op.origin}${path}`, { method, headers: { accept: "text/html" } }),
        ),
      );
      assert.equal(head?.status, get?.status, path);
      assert.equal(head?.headers.get("content-type"), get?.headers.get("content-type"));
      assert.equal(await head?.text(), "");
      await get?.body?.cancel();
    }
  });
});
