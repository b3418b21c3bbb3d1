/** Encrypted ID Tokens and logout tokens over HTTP, and the id_token_hint (Core 3.1.2.1, BCL 2.4). */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { compactDecrypt, decodeJwt, decodeProtectedHeader, exportJWK, type JWK, jwtVerify } from "jose";
import type { HttpBrowser } from "#lib/net/http-browser.ts";
import { encryptTo } from "#lib/oidc/jwe.ts";
import { type AppUnderTest, appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, assertRefused, sendToken } from "../support/logout-requests.ts";
import { type Asked, ask, assertSignInRefused, respondTo, sessionOf } from "../support/sign-in.ts";

const registered = { alg: "RSA-OAEP-256", enc: "A128GCM" };
const settings = ({ alg, enc } = registered) => ({
  ID_TOKEN_ENCRYPTED_RESPONSE_ALG: alg,
  ID_TOKEN_ENCRYPTED_RESPONSE_ENC: enc,
});
const app = await appUnderTest(settings());
const { issuer, rp } = app;

async function publishedKeys({ rp }: AppUnderTest): Promise<JWK[]> {
  const response = await fetch(`${rp.base}/jwks`);
  return ((await response.json()) as { keys: JWK[] }).keys;
}

/** Encrypts a token with the key that the app publishes for this algorithm. */
async function sealed(token: string, encryption = registered, to = app): Promise<string> {
  const kty = encryption.alg === "ECDH-ES" ? "EC" : "RSA";
  const key = (await publishedKeys(to)).find((each) => each.kty === kty);
  assert.ok(key, `a published ${kty} key`);
  return encryptTo(key, token, encryption, "JWT");
}

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const idToken = ({ nonce }: Asked, claims = {}, { issuer } = app) =>
  issuer.sign(issuer.idClaims({ nonce, ...claims }));

/** Signs in with an encrypted ID Token. */
async function signIn(
  claims = {},
  encryption = registered,
  at = app,
): Promise<{ browser: HttpBrowser; signed: string }> {
  const asked = await ask(at.issuer, at.rp);
  const signed = await idToken(asked, claims, at);
  const id_token = await sealed(signed, encryption, at);
  const answer = await respondTo(asked, at.issuer, at.rp, { id_token, session_state: "hash.salt" });
  assert.equal(answer.status, 303, answer.text);
  return { browser: asked.browser, signed };
}

test("the app publishes only public keys, and the same ones after a restart", async () => {
  const keys = await publishedKeys(app);
  assert.deepEqual(
    keys.map(({ kty, use }) => [kty, use]),
    [
      ["RSA", "enc"],
      ["EC", "enc"],
    ],
  );
  for (const key of keys) assert.ok(!("d" in key) && key.kid);
  await rp.restart();
  assert.deepEqual(await publishedKeys(app), keys);
});

describe("an encrypted ID Token logs in, shown encrypted and decrypted", () => {
  after(() => rp.restart());
  for (const encryption of [
    registered,
    { alg: "RSA1_5", enc: "A128CBC-HS256" },
    { alg: "ECDH-ES", enc: "A192CBC-HS384" },
  ]) {
    test(`${encryption.alg}, ${encryption.enc}`, async () => {
      if (encryption !== registered) await rp.restart(settings(encryption));
      const who = newUser();
      const { browser, signed } = await signIn(who, encryption);
      assert.equal((await sessionOf(browser, rp)).user, who.sub);
      const page = (await browser.get(`${rp.base}/oauth2`)).text;
      assert.ok(page.includes(signed), "the decrypted ID Token");
      assert.match(page, /As received, encrypted to this app/);
    });
  }
});

describe("an encrypted ID Token", () => {
  test("works with the code grant too", async () => {
    const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "yes" });
    const who = newUser();
    issuer.token = async () => {
      const id_token = await sealed(await idToken(asked, who));
      return { json: { access_token: "a", token_type: "Bearer", id_token } };
    };
    assert.equal((await respondTo(asked, issuer, rp, { code: "c" })).status, 303);
    assert.equal((await sessionOf(asked.browser, rp)).user, who.sub);
  });

  const refused: Record<string, { reason: RegExp; token: (asked: Asked) => Promise<string> }> = {
    "not encrypted": { reason: /is not encrypted, but/, token: idToken },
    "another algorithm": {
      reason: /is not the registered one/,
      token: async (asked) => sealed(await idToken(asked), { ...registered, alg: "RSA-OAEP" }),
    },
    "for another key": {
      reason: /cannot be decrypted/,
      token: async (asked) => encryptTo(issuer.encryption.publicJwk, await idToken(asked), registered),
    },
    "unsigned claims inside": {
      reason: /not a JSON Web Token/,
      token: ({ nonce }) => sealed(JSON.stringify(issuer.idClaims({ nonce }))),
    },
    "a token with an unknown kid inside": {
      reason: /No key of the issuer/,
      token: async ({ nonce }) => sealed(await issuer.sign(issuer.idClaims({ nonce }), { kid: "x" })),
    },
    "another nonce inside": {
      reason: /nonce differs/,
      token: async (asked) => sealed(await idToken(asked, { nonce: "other" })),
    },
    "encrypted twice": {
      reason: /not a JSON Web Token/,
      token: async (asked) => sealed(await sealed(await idToken(asked))),
    },
  };
  for (const [name, { reason, token }] of Object.entries(refused)) {
    test(`is refused: ${name}`, async () => {
      const asked = await ask(issuer, rp);
      await assertSignInRefused(asked, issuer, rp, { id_token: await token(asked) }, reason);
    });
  }

  test("is refused for a client without registered encryption", async () => {
    const asked = await ask(issuer, rp, { client_id: "another" });
    const id_token = await sealed(await issuer.sign(issuer.idClaims({ nonce: asked.nonce, aud: "another" })));
    await assertSignInRefused(asked, issuer, rp, { id_token }, /no encryption is registered/);
  });
});

describe("a logout token", () => {
  const token = (who: object) => issuer.sign(issuer.logoutClaims({ ...who }));

  test("ends the session if it is encrypted", async () => {
    const who = newUser();
    const { browser } = await signIn(who);
    await assertAccepted(await sendToken(rp, await sealed(await token(who))));
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
  });

  test("is accepted with a warning if it is not encrypted, as WSO2 IS sends it", async () => {
    const who = newUser();
    const { browser } = await signIn(who);
    await assertAccepted(await sendToken(rp, await token(who)));
    assert.equal((await sessionOf(browser, rp)).user, null);
    assert.match((await browser.get(`${rp.base}/`)).text, /an encrypted token, as registered/);
  });

  test("is refused in strict mode if it is not encrypted", async () => {
    await rp.restart({ LOGOUT_TOKEN_MODE: "strict", ...settings() });
    const who = newUser();
    const { browser } = await signIn(who);
    const signed = await issuer.sign(issuer.logoutClaims(who), { typ: "logout+jwt" });
    await assertRefused(await sendToken(rp, signed));
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
    await assertAccepted(await sendToken(rp, await sealed(signed)));
    await rp.restart();
  });

  test("is refused with another method or key, or with unsigned claims inside", async () => {
    const who = newUser();
    const { browser } = await signIn(who);
    const signed = await token(who);
    await assertRefused(await sendToken(rp, await sealed(signed, { ...registered, enc: "A256GCM" })));
    await assertRefused(
      await sendToken(rp, await encryptTo(issuer.encryption.publicJwk, signed, registered)),
    );
    await assertRefused(await sendToken(rp, await sealed(JSON.stringify(issuer.logoutClaims(who)))));
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
  });
});

/** Presses Logout. @returns the parameters of the logout request */
async function hintOf(browser: HttpBrowser, at = app): Promise<URLSearchParams> {
  const answer = await browser.post(`${at.rp.base}/logout`, {});
  if (answer.location) return new URL(answer.location).searchParams;
  const fields = answer.text.matchAll(/name="([^"]+)" value="([^"]*)"/g);
  return new URLSearchParams([...fields].map(([, name = "", value = ""]): [string, string] => [name, value]));
}

describe("the id_token_hint", () => {
  const read = async (hint: string, at = app) =>
    new TextDecoder().decode(
      (await compactDecrypt(hint, (at === app ? at.issuer.encryption : at.issuer.rs256).privateKey))
        .plaintext,
    );

  test("is the signed ID Token, encrypted to the OP with the login's algorithms", async () => {
    const { browser, signed } = await signIn(newUser());
    const sent = await hintOf(browser);
    const hint = sent.get("id_token_hint") ?? "";
    const { alg, enc, cty, kid } = decodeProtectedHeader(hint);
    assert.deepEqual({ alg, enc, cty, kid }, { ...registered, cty: "JWT", kid: issuer.encryption.kid });
    assert.equal(await read(hint), signed);
    assert.equal(sent.get("tenant_domain"), "carbon.super");
  });

  test("is the same in silent requests", async () => {
    const { browser, signed } = await signIn(newUser());
    const { location = "" } = await browser.get(`${rp.base}/rpiframe/silent`);
    assert.equal(await read(new URL(location).searchParams.get("id_token_hint") ?? ""), signed);
  });

  test("is the ID Token itself after an unencrypted login; the panel offers the others", async () => {
    const asked = await ask(issuer, rp, { client_id: "another" });
    const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce, aud: "another" }));
    assert.equal((await respondTo(asked, issuer, rp, { id_token })).status, 303);
    const page = await asked.browser.get(`${rp.base}/oauth2`);
    assert.match(page.text, /encrypted to the OpenID Provider/);
    const sent = await hintOf(asked.browser);
    assert.equal(sent.get("id_token_hint"), id_token);
    assert.equal(sent.get("tenant_domain"), null);
  });

  test("is omitted from silent requests if it does not fit into a URL, and posted at logout", async () => {
    const groups = Array.from({ length: 900 }, (_, index) => `group-${index}-${crypto.randomUUID()}`);
    const { browser } = await signIn({ ...newUser(), groups });
    const { location = "" } = await browser.get(`${rp.base}/rpiframe/silent`);
    assert.equal(new URL(location).searchParams.get("prompt"), "none");
    assert.equal(new URL(location).searchParams.get("id_token_hint"), null);
    const claims = decodeJwt(await read((await hintOf(browser)).get("id_token_hint") ?? ""));
    assert.deepEqual(claims.groups, groups);
  });
});

test("an OP with only a signing key gets the claims encrypted to it, as WSO2 IS expects", async () => {
  const wso2 = await appUnderTest(settings());
  wso2.issuer.publishesEncryptionKey = false;
  const who = newUser();
  const { browser, signed } = await signIn(who, registered, wso2);
  const hint = (await hintOf(browser, wso2)).get("id_token_hint") ?? "";
  const { privateKey } = wso2.issuer.rs256;
  const jwk = { ...(await exportJWK(privateKey)), alg: registered.alg };
  const { plaintext } = await compactDecrypt(hint, jwk);
  const { payload } = await jwtVerify(signed, wso2.issuer.rs256.publicJwk);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(plaintext)), payload);
});
