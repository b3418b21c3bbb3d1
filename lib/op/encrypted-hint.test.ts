import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { decodeJwt, SignJWT } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { type Encryption, encryptedToOp, encryptingClient } from "./testing/encrypting-client.ts";
import {
  authorizationUrl,
  authorize,
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  responseOf,
  signIn,
} from "./testing/op-under-test.ts";

const encryptions: Encryption[] = [
  { alg: "RSA-OAEP", enc: "A128GCM" },
  { alg: "RSA-OAEP-256", enc: "A256CBC-HS512" },
  { alg: "RSA-OAEP-384", enc: "A192GCM" },
  { alg: "RSA-OAEP-512", enc: "A256GCM" },
  { alg: "ECDH-ES", enc: "A128CBC-HS256" },
  { alg: "ECDH-ES+A256KW", enc: "A192CBC-HS384" },
];

describe("an encrypted id_token_hint", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  const request = (hint: string, more: Record<string, string> = {}) => ({
    id_token_hint: hint,
    post_logout_redirect_uri: `${op.photos.base}/logout`,
    state: "s",
    ...more,
  });
  const askedToLogOut = (hint: string, more?: Record<string, string>): Promise<Visit> =>
    browser.get(logoutUrl(op, request(hint, more)));

  function assertAsked(page: Visit, text = /<b>photos<\/b> asks to log out <b>alice<\/b>\./): void {
    assert.equal(page.status, 200, page.text);
    assert.match(page.text, /Do you want to log out\?/);
    assert.match(page.text, text);
  }

  async function assertRefused(page: Visit, ...texts: RegExp[]): Promise<void> {
    assert.equal(page.status, 400);
    assert.equal(page.location, undefined);
    for (const text of texts) assert.match(page.text, text);
    assert.equal(op.photos.logoutTokens.length, 0);
    assert.equal(await isSignedIn(op, browser), true);
  }

  for (const encryption of encryptions) {
    it(`is accepted if it contains the signed ID Token (${encryption.alg}, ${encryption.enc})`, async () => {
      const { idToken } = await signIn(op, browser, "photos");
      const page = await askedToLogOut(await encryptedToOp(op, idToken, encryption));
      assertAsked(page);
      const answer = goOn(await browser.submit(page, { logout: "yes" }));
      assert.equal(answer.location, `${op.photos.base}/logout?state=s`);
      assert.equal(op.photos.logoutTokens.length, 1);
    });
  }

  it("is accepted by POST, and through the page that resends a POST from another site", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const endpoint = `${op.origin}/oidc/logout`;
    for (const content of [idToken, decodeJwt(idToken)]) {
      const fields = request(await encryptedToOp(op, content), { tenant_domain: "carbon.super" });
      assertAsked(await browser.post(endpoint, fields, op.photos.base));
      const handOn = await new HttpBrowser().post(endpoint, fields, "https://elsewhere.example");
      assertAsked(await browser.submit(handOn, {}));
    }
  });

  it("may contain only the claims, as at WSO2 IS: they name the client and the user, who is asked", async () => {
    const { claims } = await signIn(op, browser, "photos");
    const page = await askedToLogOut(await encryptedToOp(op, claims), { tenant_domain: "carbon.super" });
    assertAsked(page);
    assert.equal(
      goOn(await browser.submit(page, { logout: "yes" })).location,
      `${op.photos.base}/logout?state=s`,
    );
    await signIn(op, browser, "photos");
    const asBob = await encryptedToOp(op, { ...claims, sub: "bob" });
    assertAsked(await askedToLogOut(asBob), /log out <b>bob<\/b>, but you are signed in as <b>alice<\/b>/);
    assertAsked(await askedToLogOut(await encryptedToOp(op, claims)), /but from a different session/);
    const severalAudiences = await encryptedToOp(op, { ...claims, aud: ["photos", "albums"] });
    assertAsked(await askedToLogOut(severalAudiences, { client_id: "photos" }), /asks to log out/);
  });

  it("leads back to the app when no user is signed in", async () => {
    const { claims } = await signIn(op, browser, "photos");
    const stranger = new HttpBrowser();
    const hint = await encryptedToOp(op, claims);
    const answer = await stranger.submit(await stranger.get(logoutUrl(op, request(hint))), {});
    assert.equal(answer.location, `${op.photos.base}/logout?state=s`);
  });

  it("must be from this OP and for the client that asks", async () => {
    const { idToken, claims } = await signIn(op, browser, "photos");
    const forged = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .sign(new TextEncoder().encode("k".repeat(32)));
    const noIdToken = /is not an ID Token of this OpenID Provider/;
    const bad: [content: string | object, text: RegExp, more?: Record<string, string>][] = [
      [forged, /could not validate id_token_hint/],
      [idToken, /client_id does not match/, { client_id: "albums" }],
      [claims, /The client_id is not in the aud/, { client_id: "albums" }],
      [{ ...claims, iss: "http://evil.example" }, noIdToken],
      [{ ...claims, aud: undefined }, noIdToken],
      [{ ...claims, aud: [] }, noIdToken],
      [{ ...claims, sub: 1 }, noIdToken],
      ["no JSON", noIdToken],
      ["null", noIdToken],
      [await encryptedToOp(op, idToken), noIdToken],
      [{ ...claims, aud: "unknown" }, /client is invalid/],
      [
        claims,
        /post_logout_redirect_uri not registered/,
        { post_logout_redirect_uri: "http://evil.example/" },
      ],
    ];
    for (const [content, text, more] of bad) {
      await assertRefused(await askedToLogOut(await encryptedToOp(op, content), more), text);
    }
  });

  it("is refused if it is still encrypted to the app, and the page says what to do", async () => {
    await signIn(op, browser, "photos");
    for (const alg of ["RSA-OAEP", "ECDH-ES"]) {
      const client = await encryptingClient(op, { alg, enc: "A128GCM" });
      const login = { client_id: client.clientId, response_type: "id_token" };
      const idToken = responseOf(await authorize(op, browser, login)).get("id_token") ?? "";
      const cannot = [/cannot be decrypted here/, /the app must decrypt it and encrypt it again to that key/];
      await assertRefused(await askedToLogOut(idToken), ...cannot);

      const { content } = await client.decrypt(idToken);
      const hint = await encryptedToOp(op, content, { alg, enc: "A128GCM" });
      assert.match((await askedToLogOut(hint)).text, /Do you want to log out\?/);
    }
  });

  it("is refused if it cannot be decrypted", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const good = await encryptedToOp(op, idToken);
    const [header = "", ...rest] = good.split(".");
    const withHeader = (change: object): string => {
      const changed = { ...JSON.parse(Buffer.from(header, "base64url").toString()), ...change };
      return [Buffer.from(JSON.stringify(changed)).toString("base64url"), ...rest].join(".");
    };
    const bad: [hint: string, text: RegExp][] = [
      ["a.b.c.d.e", /is not a JWE/],
      ["....", /is not a JWE/],
      [`${good.slice(0, -6)}AAAAAA`, /cannot be decrypted here/],
      [withHeader({ alg: "RSA1_5" }), /the alg RSA1_5, which is not supported here/],
      [withHeader({ alg: "dir" }), /the alg dir, which is not supported here/],
      [withHeader({ alg: undefined }), /the alg absent, which is not supported here/],
      [withHeader({ enc: "A128CBC+HS256" }), /the enc A128CBC\+HS256, which is not supported here/],
      [withHeader({ zip: "DEF" }), /is compressed/],
      [withHeader({ alg: "ECDH-ES" }), /cannot be decrypted here/],
      [withHeader({ alg: "RSA-OAEP-256" }), /cannot be decrypted here/],
    ];
    for (const [hint, text] of bad) {
      await assertRefused(await askedToLogOut(hint), text);
      await assertRefused(
        await browser.get(authorizationUrl(op, { id_token_hint: hint, prompt: "none" })),
        text,
      );
    }
    const long = await encryptedToOp(op, "x".repeat(40 * 1024));
    const endpoint = `${op.origin}/oidc/logout`;
    await assertRefused(await browser.post(endpoint, { id_token_hint: long }), /is too long/);
    const twice = `${endpoint}?id_token_hint=${good}&id_token_hint=${good}`;
    await assertRefused(await browser.get(twice), /must not be provided twice/);
  });

  it("may name the only tenant; without encryption tenant_domain is ignored", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const hint = await encryptedToOp(op, idToken);
    for (const tenant of ["carbon.super", ""]) {
      assertAsked(await askedToLogOut(hint, { tenant_domain: tenant }));
    }
    assertAsked(await askedToLogOut(idToken, { tenant_domain: "wso2.com" }));
    for (const tenant of ["wso2.com", "CARBON.SUPER"]) {
      await assertRefused(
        await askedToLogOut(hint, { tenant_domain: tenant }),
        /The only tenant .* is carbon\.super/,
      );
    }
    const both = `${logoutUrl(op, request(hint, { tenant_domain: "carbon.super" }))}&tenant_domain=wso2.com`;
    await assertRefused(await browser.get(both), /The only tenant .* is carbon\.super/);
  });

  it("is accepted by a silent login, which requires the signature", async () => {
    const { idToken, claims } = await signIn(op, browser, "photos");
    const { idToken: ofBob } = await signIn(op, new HttpBrowser(), "photos", "bob");
    const silent = async (content: string | object): Promise<Visit> => {
      const id_token_hint = await encryptedToOp(op, content);
      return browser.get(authorizationUrl(op, { id_token_hint, prompt: "none" }));
    };
    assert.ok(responseOf(await silent(idToken)).has("code"));
    assert.equal(responseOf(await silent(ofBob)).get("error"), "login_required");
    await assertRefused(await silent(claims), /contains no signed ID Token/);
  });
});
