import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { decodeJwt, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { type EncryptingClient, encryptingClient, encryptionKey } from "./testing/encrypting-client.ts";
import {
  adminAuthorization,
  authorize,
  basic,
  type OpUnderTest,
  opUnderTest,
  register,
  responseOf,
  signIn,
  tokenRequest,
} from "./testing/op-under-test.ts";

const combinations: [alg: string, enc: string][] = [
  ["RSA-OAEP", "A128GCM"],
  ["RSA-OAEP-256", "A192GCM"],
  ["RSA-OAEP-384", "A256GCM"],
  ["RSA-OAEP-512", "A128CBC-HS256"],
  ["ECDH-ES", "A192CBC-HS384"],
  ["ECDH-ES+A128KW", "A256CBC-HS512"],
  ["ECDH-ES+A192KW", "A128GCM"],
  ["ECDH-ES+A256KW", "A256GCM"],
];

describe("encryption to a client", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  /** Decrypts a token and verifies the OP's signature. */
  async function opened(client: EncryptingClient, token: string) {
    const { header, content } = await client.decrypt(token);
    const { payload } = await jwtVerify(content, op.jwks, { issuer: op.issuer, audience: client.clientId });
    return { header, payload };
  }

  async function implicit({ clientId }: EncryptingClient): Promise<string> {
    const visit = await authorize(op, browser, { client_id: clientId, response_type: "id_token" });
    return responseOf(visit).get("id_token") ?? "";
  }

  const logOut = async () => browser.submit(await browser.get(`${op.origin}/oidc/logout`), { logout: "yes" });

  for (const [alg, enc] of combinations) {
    it(`signs the ID Token, then encrypts it with ${alg} and ${enc}`, async () => {
      const client = await encryptingClient(op, { alg, enc });
      const { header, payload } = await opened(client, await implicit(client));
      const { kid } = client.jwk;
      const { iss, aud } = payload;
      assert.partialDeepStrictEqual(header, { alg, enc, kid, cty: "JWT", iss, aud });
      assert.equal(payload.sub, "alice");
      assert.equal(payload.nonce, "nonce-1");
      assert.ok(payload.sid);
    });
  }

  it("does so in the hybrid flow and at the token endpoint, with hashes of the other values", async () => {
    const client = await encryptingClient(op, { alg: "RSA-OAEP", enc: "A256GCM" });
    const request = { client_id: client.clientId, response_type: "code id_token" };
    const response = responseOf(await authorize(op, browser, request));
    const hybrid = await opened(client, response.get("id_token") ?? "");
    assert.ok(hybrid.payload.c_hash);
    const exchange = {
      grant_type: "authorization_code",
      code: response.get("code") ?? "",
      redirect_uri: `${op.photos.base}/oauth2client`,
    };
    const tokens = await tokenRequest(op, exchange, basic(client.clientId, client.secret));
    const { id_token } = (await tokens.json()) as { id_token: string };
    assert.equal((await opened(client, id_token)).payload.sid, hybrid.payload.sid);
  });

  it("encrypts the logout token too", async () => {
    const client = await encryptingClient(op, { alg: "ECDH-ES", enc: "A128GCM" });
    const { payload: idToken } = await opened(client, await implicit(client));
    await logOut();
    const { header, payload } = await opened(client, op.photos.logoutTokens[0] ?? "");
    assert.partialDeepStrictEqual(header, { alg: "ECDH-ES", enc: "A128GCM", iss: op.issuer });
    assert.equal(payload.sid, idToken.sid);
    assert.ok(payload.events);
  });

  it("fetches the keys of a jwks_uri, even if a logout token needs them first", async () => {
    const encryption = { alg: "RSA-OAEP-256", enc: "A128GCM" };
    const client = await encryptingClient(op, encryption, () => ({ jwks_uri: `${op.albums.base}/jwks` }));
    op.albums.answer = (response) => response.end(JSON.stringify({ keys: [client.jwk] }));
    await authorize(op, browser, { client_id: client.clientId }); // no ID Token is made yet
    assert.deepEqual(op.albums.elsewhere, []);
    await logOut();
    assert.deepEqual(op.albums.elsewhere, ["/jwks"]);
    assert.ok((await opened(client, op.photos.logoutTokens[0] ?? "")).payload.events);
    assert.equal((await opened(client, await implicit(client))).payload.sub, "alice");
  });

  it("returns an error if the jwks_uri cannot be fetched, and still logs out", async () => {
    const encryption = { alg: "RSA-OAEP", enc: "A128GCM" };
    const client = await encryptingClient(op, encryption, () => ({ jwks_uri: `${op.albums.base}/jwks` }));
    op.albums.answer = (response) => response.writeHead(500).end();
    const request = { client_id: client.clientId, response_type: "id_token" };
    const response = responseOf(await authorize(op, browser, request));
    assert.equal(response.get("error"), "invalid_client_metadata");
    assert.match(response.get("error_description") ?? "", /Key Set failed to be refreshed/);
    await signIn(op, browser, "photos");
    await logOut();
    assert.equal(op.photos.logoutTokens.length, 1);
  });

  it("uses the client's encryption key, not its signing key", async () => {
    const { publicKey } = await generateKeyPair("RS256", { extractable: true });
    const signature = { ...(await exportJWK(publicKey)), kid: "signature", use: "sig" };
    const client = await encryptingClient(op, { alg: "RSA-OAEP", enc: "A128GCM" }, (jwk) => ({
      jwks: { keys: [signature, jwk] },
    }));
    const { header, content } = await client.decrypt(await implicit(client));
    assert.equal(header.kid, client.jwk.kid);
    assert.equal(decodeJwt(content).iss, op.issuer);
  });

  it("leaves other clients' tokens readable", async () => {
    await encryptingClient(op, { alg: "RSA-OAEP", enc: "A128GCM" });
    const { idToken } = await signIn(op, browser, "photos");
    await jwtVerify(idToken, op.jwks, { issuer: op.issuer, audience: "photos" });
  });

  it("refuses to register unsupported algorithms, and explains why for RSA1_5", async () => {
    const { jwk } = await encryptionKey("RSA-OAEP");
    const jwks = { keys: [jwk] };
    const bad: [metadata: Record<string, unknown>, description: RegExp][] = [
      [{ jwks, id_token_encrypted_response_alg: "RSA1_5" }, /RSA1_5 is not supported .*RFC 8725/],
      [{ jwks, id_token_encrypted_response_alg: "A128GCMKW" }, /must be 'RSA-OAEP'/],
      [{ jwks, id_token_encrypted_response_alg: "none" }, /must be 'RSA-OAEP'/],
      [
        {
          jwks,
          id_token_encrypted_response_alg: "RSA-OAEP",
          id_token_encrypted_response_enc: "A128CBC+HS256",
        },
        /id_token_encrypted_response_enc must be/,
      ],
      [{ jwks, id_token_encrypted_response_enc: "A128GCM" }, /id_token_encrypted_response_alg is mandatory/],
      [{ id_token_encrypted_response_alg: "RSA-OAEP" }, /jwks or jwks_uri is mandatory/],
    ];
    for (const [metadata, description] of bad) {
      const redirect_uris = [`${op.photos.base}/oauth2client`];
      const { status, body } = await register(op, { redirect_uris, ...metadata }, adminAuthorization);
      assert.equal(status, 400, JSON.stringify(metadata));
      assert.equal(body.error, "invalid_client_metadata");
      assert.match(String(body.error_description), description);
    }
  });
});
