/** GET and POST /oauth2client over HTTP: ID Tokens that must not log a user in. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { leftHalfHash } from "#lib/oidc/id-token.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { type Asked, ask, assertSignInRefused, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { newKey } from "../support/test-issuer.ts";

const { issuer, rp } = await appUnderTest();

const assertRefused = (asked: Asked, parameters: Record<string, string>, reason: RegExp) =>
  assertSignInRefused(asked, issuer, rp, parameters, reason);

const idToken = ({ nonce }: Asked, changes: Record<string, unknown> = {}, header = {}, key = issuer.rs256) =>
  issuer.sign(issuer.idClaims({ nonce, ...changes }), header, key);
const seconds = () => Math.floor(Date.now() / 1000);

describe("an ID Token from the authorization endpoint", () => {
  const refused: Record<string, { reason: RegExp; token: (asked: Asked) => Promise<string> }> = {
    "another nonce": { reason: /nonce differs/, token: (asked) => idToken(asked, { nonce: "other" }) },
    "no nonce": { reason: /nonce differs/, token: (asked) => idToken(asked, { nonce: undefined }) },
    "another audience": {
      reason: /for another client/,
      token: (asked) => idToken(asked, { aud: "playground3" }),
    },
    "several audiences without azp": {
      reason: /issued to another/,
      token: (asked) => idToken(asked, { aud: ["playground2", "x"] }),
    },
    "another azp": { reason: /issued to another/, token: (asked) => idToken(asked, { azp: "playground3" }) },
    "another issuer": {
      reason: /from another issuer/,
      token: (asked) => idToken(asked, { iss: `${issuer.issuer}/` }),
    },
    "no subject": { reason: /names no user/, token: (asked) => idToken(asked, { sub: undefined }) },
    expired: {
      reason: /has expired/,
      token: (asked) => idToken(asked, { iat: seconds() - 3700, exp: seconds() - 61 }),
    },
    "from the future": {
      reason: /from the future/,
      token: (asked) => idToken(asked, { iat: seconds() + 120 }),
    },
    "another key": {
      reason: /does not verify/,
      token: async (asked) => idToken(asked, {}, {}, await newKey("RS256", issuer.rs256.kid)),
    },
    "an unknown key": {
      reason: /No key of the issuer/,
      token: async (asked) => idToken(asked, {}, {}, await newKey("RS256")),
    },
    "another algorithm": {
      reason: /not the registered one/,
      token: (asked) => idToken(asked, {}, {}, issuer.es256),
    },
    "a logout token": {
      reason: /not an ID Token/,
      token: (asked) => idToken(asked, {}, { typ: "logout+jwt" }),
    },
    "no token": { reason: /has no id_token/, token: async () => "" },
    garbage: { reason: /not a JSON Web Token/, token: async () => "garbage" },
  };
  for (const [name, { reason, token }] of Object.entries(refused)) {
    test(`is refused: ${name}`, async () => {
      const asked = await ask(issuer, rp);
      await assertRefused(asked, { id_token: await token(asked) }, reason);
    });
  }

  test("is accepted within 60 seconds of clock skew", async () => {
    const browser = await signIn(issuer, rp, { iat: seconds() + 50 });
    assert.equal((await sessionOf(browser, rp)).user, "alice");
    await signIn(issuer, rp, { exp: seconds() - 50 });
  });

  test("must contain the hash of the access token", async () => {
    const form = { response_type: "id_token token" };
    for (const at_hash of [undefined, leftHalfHash("another", "RS256")]) {
      const asked = await ask(issuer, rp, form);
      const parameters = {
        id_token: await idToken(asked, { at_hash }),
        access_token: "access",
        token_type: "Bearer",
      };
      await assertRefused(asked, parameters, /access token does not match/);
    }
    const asked = await ask(issuer, rp, form);
    const id_token = await idToken(asked, { at_hash: leftHalfHash("access", "RS256") });
    assert.equal((await respondTo(asked, issuer, rp, { id_token, access_token: "access" })).status, 303);
  });

  test("must have the code's hash in the hybrid flow, and name the second one's user", async () => {
    const hybrid = { grant_type: "hybrid", use_pkce: "no" };
    const c_hash = leftHalfHash("the-code", "RS256");
    for (const wrong of [undefined, leftHalfHash("another", "RS256")]) {
      const asked = await ask(issuer, rp, hybrid);
      const parameters = { id_token: await idToken(asked, { c_hash: wrong }), code: "the-code" };
      await assertRefused(asked, parameters, /authorization code does not match/);
    }
    const other = await ask(issuer, rp, hybrid);
    issuer.token = async () => ({
      json: { access_token: "a", token_type: "Bearer", id_token: await idToken(other, { sub: "bob" }) },
    });
    await assertRefused(
      other,
      { id_token: await idToken(other, { c_hash }), code: "the-code" },
      /name different users/,
    );
    const asked = await ask(issuer, rp, hybrid);
    issuer.token = async () => ({
      json: { access_token: "a", token_type: "Bearer", id_token: await idToken(asked) },
    });
    assert.equal(
      (await respondTo(asked, issuer, rp, { id_token: await idToken(asked, { c_hash }), code: "the-code" }))
        .status,
      303,
    );
  });
});

describe("an authorization code", () => {
  const code = { grant_type: "code", use_pkce: "yes" };
  const refused: Record<string, { reason: RegExp; changes: (asked: Asked) => Promise<string> }> = {
    "another nonce": { reason: /nonce differs/, changes: (asked) => idToken(asked, { nonce: "other" }) },
    "another audience": {
      reason: /ID Token .*invalid.*aud/s,
      changes: (asked) => idToken(asked, { aud: "playground3" }),
    },
    "another key": {
      reason: /does not verify/,
      changes: async (asked) => idToken(asked, {}, {}, await newKey("RS256", issuer.rs256.kid)),
    },
    "an expired exp": {
      reason: /ID Token .*invalid.*exp/s,
      changes: (asked) => idToken(asked, { exp: seconds() - 61 }),
    },
    "another at_hash": {
      reason: /access token does not match/,
      changes: (asked) => idToken(asked, { at_hash: leftHalfHash("x", "RS256") }),
    },
  };
  for (const [name, { reason, changes }] of Object.entries(refused)) {
    test(`is refused if its ID Token has: ${name}`, async () => {
      const asked = await ask(issuer, rp, code);
      issuer.token = async () => ({
        json: { access_token: "a", token_type: "Bearer", id_token: await changes(asked) },
      });
      await assertRefused(asked, { code: "c" }, reason);
    });
  }

  test("is redeemed with the code_verifier, the Callback URL and the client's credentials", async () => {
    const asked = await ask(issuer, rp, { ...code, client_secret: "s3cret&=" });
    let sent: { authorization: string | undefined; body: URLSearchParams } | undefined;
    issuer.token = async ({ headers }, body) => {
      sent = { authorization: headers.authorization, body: new URLSearchParams(body) };
      return { json: { access_token: "a", token_type: "Bearer", id_token: await idToken(asked) } };
    };
    assert.equal((await respondTo(asked, issuer, rp, { code: "the-code" })).status, 303);
    assert.equal(sent?.body.get("code"), "the-code");
    assert.equal(sent?.body.get("redirect_uri"), `${rp.base}/oauth2client`);
    assert.equal(sent?.authorization, `Basic ${Buffer.from("playground2:s3cret%26%3D").toString("base64")}`);
    const digest = await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode(sent?.body.get("code_verifier") ?? ""),
    );
    assert.equal(asked.request.get("code_challenge"), Buffer.from(digest).toString("base64url"));
  });

  test("is refused with the OP's reason if the OP refuses it", async () => {
    issuer.token = () => ({
      status: 400,
      json: { error: "invalid_grant", error_description: "used before" },
    });
    await assertRefused(await ask(issuer, rp, code), { code: "c" }, /invalid_grant: used before/);
  });

  test("is refused if the token response has no ID Token", async () => {
    issuer.token = () => ({ json: { access_token: "a", token_type: "Bearer" } });
    await assertRefused(await ask(issuer, rp, code), { code: "c" }, /has no ID Token/);
  });
});
