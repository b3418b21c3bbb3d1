import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import { CompactEncrypt, compactDecrypt, decodeJwt, jwtVerify, SignJWT } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorizationUrl,
  authorize,
  basic,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  register,
  responseOf,
  signIn,
  tokenRequest,
} from "./testing/op-under-test.ts";
import { type RegisteredClient, registeredClient } from "./testing/registered-client.ts";

let op: OpUnderTest;
let browser: HttpBrowser;
beforeEach(async () => {
  op = await opUnderTest();
  browser = new HttpBrowser();
});
afterEach(() => op.close());

async function implicit({ clientId }: RegisteredClient): Promise<string> {
  const request = { client_id: clientId, response_type: "id_token token" };
  return responseOf(await authorize(op, browser, request)).get("id_token") ?? "";
}

const question = (id_token_hint: string, more: Record<string, string> = {}): Promise<Visit> =>
  browser.get(
    logoutUrl(op, { id_token_hint, post_logout_redirect_uri: `${op.photos.base}/logout`, ...more }),
  );

async function assertLogsOut(page: Visit): Promise<void> {
  assert.match(page.text, /asks to log out <b>alice<\/b>\./);
  assert.equal((await browser.submit(page, { logout: "yes" })).location, `${op.photos.base}/logout`);
  assert.equal(await isSignedIn(op, browser), false);
}

async function assertRefused(page: Visit, text: RegExp): Promise<void> {
  assert.equal(page.status, 400);
  assert.match(page.text, text);
  assert.equal(op.photos.logoutTokens.length, 0);
  assert.equal(await isSignedIn(op, browser), true);
}

describe("a client whose ID Tokens are signed with its secret", () => {
  const HS256 = { id_token_signed_response_alg: "HS256" };

  /** Verifies a token as the client does. */
  const verified = ({ clientId, secret }: RegisteredClient, token: string) =>
    jwtVerify(token, Buffer.from(secret), {
      algorithms: ["HS256"],
      issuer: op.issuer,
      audience: clientId,
    });

  it("gets ID Tokens and logout tokens signed with it, from every grant", async () => {
    const client = await registeredClient(op, HS256);
    const idToken = await implicit(client);
    const { payload } = await verified(client, idToken);
    assert.equal(payload.sub, "alice");
    assert.ok(payload.at_hash);

    const fields = { grant_type: "password", username: "alice", password: "alice", scope: "openid" };
    const answer = await tokenRequest(op, fields, basic(client.clientId, client.secret));
    const tokens = (await answer.json()) as { id_token: string };
    assert.equal((await verified(client, tokens.id_token)).payload.sub, "alice");

    await browser.submit(await question(idToken), { logout: "yes" });
    const [logoutToken = ""] = op.photos.logoutTokens;
    const { protectedHeader, payload: logout } = await verified(client, logoutToken);
    assert.equal(protectedHeader.typ, "logout+jwt");
    assert.equal(logout.sid, payload.sid);
  });

  it("logs out and makes silent requests with them, with and without client_id", async () => {
    const client = await registeredClient(op, HS256);
    for (const more of [{}, { client_id: client.clientId }]) {
      const idToken = await implicit(client);
      const silent = { client_id: client.clientId, prompt: "none", id_token_hint: idToken };
      assert.ok(responseOf(await browser.get(authorizationUrl(op, silent))).has("code"));
      await assertLogsOut(await question(idToken, more));
    }
  });

  it("cannot use a hint signed with another secret or algorithm, or a logout token", async () => {
    const client = await registeredClient(op, HS256);
    const other = await registeredClient(op, HS256);
    await browser.submit(await question(await implicit(client)), { logout: "yes" });
    const logoutToken = op.photos.logoutTokens.pop() ?? "";
    const claims = decodeJwt(await implicit(client));
    const signed = (alg: string, secret: string) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg }).sign(Buffer.from(secret));
    await assertRefused(
      await question(await signed("HS256", other.secret)),
      /could not validate id_token_hint/,
    );
    await assertRefused(
      await question(await signed("HS384", client.secret)),
      /could not validate id_token_hint/,
    );
    await assertRefused(await question(logoutToken), /is not an ID Token but logout\+jwt/);
    const { idToken } = await signIn(op, browser, "photos");
    const ofPhotos = decodeJwt(idToken);
    const forged = await new SignJWT({ ...ofPhotos })
      .setProtectedHeader({ alg: "HS256" })
      .sign(Buffer.from("a-secret-of-the-tests"));
    await assertRefused(await question(forged), /could not validate id_token_hint/);
  });

  it("is only registered with a secret of at least 32 bytes", async () => {
    const metadata = { redirect_uris: [`${op.photos.base}/oauth2client`], ...HS256 };
    for (const [length, status] of [
      [31, 400],
      [32, 201],
    ] as const) {
      const ext_param_client_secret = "s".repeat(length);
      const answer = await register(op, { ...metadata, ext_param_client_secret }, adminAuthorization);
      assert.equal(answer.status, status);
    }
  });
});

describe("a client whose ID Tokens are encrypted with its secret", () => {
  const keyBytes = { A128KW: 16, A192KW: 24, A256KW: 32 };

  /** OIDC Core 10.2. */
  const keyOf = ({ secret }: RegisteredClient, alg: keyof typeof keyBytes) =>
    createHash("sha256").update(secret).digest().subarray(0, keyBytes[alg]);

  const encrypting = (alg: string, more: Record<string, unknown> = {}) =>
    registeredClient(op, { id_token_encrypted_response_alg: alg, ...more });

  for (const alg of ["A128KW", "A192KW", "A256KW"] as const) {
    it(`logs out with them as issued, with client_id (${alg})`, async () => {
      const client = await encrypting(alg);
      const idToken = await implicit(client);
      const { plaintext } = await compactDecrypt(idToken, keyOf(client, alg));
      const inside = new TextDecoder().decode(plaintext);
      await jwtVerify(inside, op.jwks, { issuer: op.issuer, audience: client.clientId });
      await assertLogsOut(await question(idToken, { client_id: client.clientId }));
      const [logoutToken = ""] = op.photos.logoutTokens;
      const { plaintext: logout } = await compactDecrypt(logoutToken, keyOf(client, alg));
      assert.ok(decodeJwt(new TextDecoder().decode(logout)).events);
    });
  }

  it("can have them signed with its secret too", async () => {
    const client = await encrypting("A256KW", { id_token_signed_response_alg: "HS256" });
    await assertLogsOut(await question(await implicit(client), { client_id: client.clientId }));
  });

  it("makes silent requests with them", async () => {
    const client = await encrypting("A128KW");
    const request = { client_id: client.clientId, prompt: "none", id_token_hint: await implicit(client) };
    assert.ok(responseOf(await browser.get(authorizationUrl(op, request))).has("code"));
  });

  it("is refused without client_id, or if the secret is not this client's", async () => {
    const client = await encrypting("A128KW");
    const other = await encrypting("A128KW");
    const idToken = await implicit(client);
    const withId = (client_id: string) => question(idToken, { client_id });
    await assertRefused(
      await question(idToken),
      /secret of an unknown client.*must also have the client_id of the app/s,
    );
    await assertRefused(await withId(other.clientId), /It is not encrypted with the secret of the app/);
    await assertRefused(await withId("photos"), /No app with this client_id is registered with/);
    await assertRefused(await withId("unknown"), /No app with this client_id is registered with/);

    const { plaintext } = await compactDecrypt(idToken, keyOf(client, "A128KW"));
    const byAnother = await new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: "A128KW", enc: "A128GCM" })
      .encrypt(keyOf(other, "A128KW"));
    const stolen = await question(byAnother, { client_id: other.clientId });
    await assertRefused(stolen, /client_id does not match the provided id_token_hint/);
  });
});
