/** Values that cannot become text, or are nested without end: refused with 400, never 500. */
import assert from "node:assert/strict";
import { after, afterEach, describe, test } from "node:test";
import { CompactSign } from "jose";
import { leftHalfHash } from "#lib/oidc/id-token.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertRefused, sendToken } from "../support/logout-requests.ts";
import { startRp } from "../support/rp-process.ts";
import { ask, assertSignInRefused, respondTo, sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

/** As JSON text: `JSON.stringify` cannot write the deep ones. */
const values: Record<string, string> = {
  "a list in 5,000 lists": `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "an object in 7,000 objects": `${'{"a":'.repeat(7000)}1${"}".repeat(7000)}`,
  "an object without a text": '{"toString":1,"valueOf":1}',
  "a list with such an object": '[{"toString":1}]',
};

const encoded = (json: string) => Buffer.from(json).toString("base64url");

/** An object as JSON text, with one more member. */
const having = (object: object, name: string, json: string) =>
  `${JSON.stringify({ ...object, [name]: undefined }).slice(0, -1)},"${name}":${json}}`;

/** A compact JWS of this payload, with a valid signature. */
const signed = (payload: string) =>
  new CompactSign(Buffer.from(payload))
    .setProtectedHeader({ alg: "RS256", kid: issuer.rs256.kid })
    .sign(issuer.rs256.privateKey);

const eventOf = async () => (await fetch(`${rp.base}/`)).text();

describe("POST /bclogout refuses a token whose", () => {
  for (const [what, json] of Object.entries(values)) {
    for (const member of ["alg", "kid", "typ", "crit"]) {
      test(`header has ${what} as ${member}`, async () => {
        const header = having({ alg: "RS256", kid: issuer.rs256.kid }, member, json);
        await assertRefused(
          await sendToken(rp, `${encoded(header)}.${encoded(JSON.stringify(issuer.logoutClaims()))}.AA`),
        );
      });
    }
    for (const claim of ["iss", "aud", "sub", "sid", "iat", "exp", "jti", "events", "nonce"]) {
      test(`claims have ${what} as ${claim}`, async () => {
        await assertRefused(await sendToken(rp, await signed(having(issuer.logoutClaims(), claim, json))));
      });
    }
  }

  test("audiences hold this client and a list in 5,000 lists", async () => {
    const aud = `["playground2",${values["a list in 5,000 lists"]}]`;
    await assertRefused(await sendToken(rp, await signed(having(issuer.logoutClaims(), "aud", aud))));
  });

  test("encryption has such a header", async () => {
    const encryption = { ID_TOKEN_ENCRYPTED_RESPONSE_ALG: "RSA-OAEP-256" };
    const app = await startRp({ OP_ISSUER: issuer.issuer, ...encryption });
    after(() => app.stop());
    for (const json of Object.values(values)) {
      for (const member of ["alg", "enc", "kid", "zip"]) {
        const header = having({ alg: "RSA-OAEP-256", enc: "A128CBC-HS256" }, member, json);
        await assertRefused(await sendToken(app, `${encoded(header)}.AA.AA.AA.AA`));
      }
    }
  });

  test("value is shown on the start page, shortened", async () => {
    const header = encoded('{"alg":"RS256"}');
    const iss = `${"[".repeat(5000)}${"]".repeat(5000)}`;
    await sendToken(rp, `${header}.${encoded(`{"iss":${iss}}`)}.AA`);
    assert.doesNotMatch(await eventOf(), /\[{50}/);
    assert.doesNotMatch(rp.output(), /RangeError|TypeError|endpoint failed/);
  });
});

describe("a sign-in is refused whose ID Token", () => {
  for (const [what, json] of [...Object.entries(values), ["a number", "7"], ["null", "null"]] as const) {
    for (const claim of ["sid", "sub", "auth_time", "name"]) {
      if (json.length < 100 && (claim === "name" || claim === "auth_time")) continue;
      test(`has ${what} as ${claim}`, async () => {
        const asked = await ask(issuer, rp);
        const id_token = await signed(having(issuer.idClaims({ nonce: asked.nonce }), claim, json));
        await assertSignInRefused(asked, issuer, rp, { id_token }, /ID Token|JSON Web Token/);
      });
    }
  }

  test("has no sid, or an empty one: it names no session, and the user is logged in", async () => {
    for (const sid of [undefined, ""]) {
      const browser = await signIn(issuer, rp, { sid });
      const session = await sessionOf(browser, rp);
      assert.deepEqual([session.user, session.sid], ["alice", null]);
    }
  });
});

describe("an OP's JSON answers", () => {
  afterEach(() => {
    issuer.token = () => ({ status: 400, json: { error: "invalid_grant" } });
    issuer.userinfo = () => ({ status: 401, json: {} });
  });

  test("UserInfo claims without a text are no reason to fail", async () => {
    const asked = await ask(issuer, rp, { response_type: "id_token token" });
    const at_hash = leftHalfHash("access", "RS256");
    const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce, at_hash }));
    assert.equal((await respondTo(asked, issuer, rp, { id_token, access_token: "access" })).status, 303);
    for (const name of [{ toString: 1 }, ["a", { valueOf: 1 }], 7]) {
      issuer.userinfo = () => ({ json: { sub: "alice", name } });
      const { status, text } = await asked.browser.get(`${rp.base}/photos`);
      assert.equal(status, 200);
      assert.match(text, /Album of <b>alice<\/b>/);
    }
  });

  test("an error's description without a text is not shown", async () => {
    const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "no" });
    issuer.token = () => ({
      status: 400,
      json: { error: "invalid_grant", error_description: { toString: 1, replace: 1 } },
    });
    await assertSignInRefused(asked, issuer, rp, { code: "c" }, /refused the request with invalid_grant/);
  });
});
