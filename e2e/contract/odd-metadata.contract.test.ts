/** An OP whose discovery document or JWK Set has odd values: the app uses the rest, names them in its log, and answers
 * 503 where it needs one; never 500. The doctor says the same. */
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { examine } from "#lib/doctor/examine.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { ask, formFor, respondTo, sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

afterEach(() => {
  issuer.more = {};
  issuer.moreKeys = [];
});

/** Starts the app again, since it keeps a discovery document for ten minutes. */
async function withMetadata(more: Record<string, unknown>, moreKeys: unknown[] = []): Promise<void> {
  Object.assign(issuer, { more, moreKeys });
  await rp.restart();
}

async function findings() {
  const { base } = rp;
  const found = await examine({
    issuer: issuer.issuer,
    app: { name: "playground2", baseUrls: [base] },
    client: undefined,
  });
  return new Map(found.map((each) => [each.check, each]));
}

const odd: unknown[] = [null, 7, "nowhere", {}, [null], { toString: 1 }];

describe("with odd values", () => {
  for (const value of odd) {
    test(`such as ${JSON.stringify(value)} no page fails`, async () => {
      const document = {
        end_session_endpoint: value,
        check_session_iframe: value,
        userinfo_endpoint: value,
        registration_endpoint: value,
        response_types_supported: value,
        response_modes_supported: value,
        grant_types_supported: value,
        token_endpoint_auth_methods_supported: value,
        code_challenge_methods_supported: value,
        id_token_encryption_alg_values_supported: value,
        backchannel_logout_supported: value,
        frontchannel_logout_session_supported: value,
        authorization_response_iss_parameter_supported: value,
        end_session_everywhere_supported: value,
      };
      await withMetadata(document);
      const browser = await signIn(issuer, rp, {}, { end_session_endpoint: "", check_session_iframe: "" });
      for (const path of ["", "/oauth2", "/photos", "/registration", "/doctor", "/session", "/rpiframe"]) {
        const { status, text } = await browser.get(`${rp.base}${path || "/"}`);
        assert.ok(status < 500, `${path}: ${status} ${text}`);
      }
      for (const path of ["register", "doctor", "logout"]) {
        const { status, text } = await browser.post(`${rp.base}/${path}`, {});
        assert.ok(status < 500, `${path}: ${status} ${text}`);
      }
      await rp.printed("registration_endpoint is");
      assert.doesNotMatch(rp.output(), /An endpoint failed|TypeError|RangeError/);
      assert.equal((await findings()).get("discovery-values")?.result, "warning");
    });
  }
});

describe("a jwks_uri that is no URL", () => {
  for (const value of [null, "nowhere", { toString: 1 }]) {
    test(`but ${JSON.stringify(value)}: 503, and why`, async () => {
      await withMetadata({ jwks_uri: value });
      const refused = await sendToken(rp, await issuer.sign(issuer.logoutClaims()));
      assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "5"]);
      assert.match(await refused.text(), /jwks_uri is .*, which is not an http or https URL/);
      const asked = await ask(issuer, rp);
      const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce }));
      const callback = await respondTo(asked, issuer, rp, { id_token });
      assert.equal(callback.status, 503);
      assert.match(callback.text, /jwks_uri is .*, which is not an http or https URL/);
      assert.equal((await findings()).get("jwks")?.result, "problem");
    });
  }
});

test("an odd entry of the JWK Set does not keep the others from being used", async () => {
  const { publicJwk } = issuer.rs256;
  const entries = [null, "text", [], {}, { kty: "RSA" }, { ...publicJwk, n: 7 }, { ...publicJwk, alg: {} }];
  await withMetadata({}, entries);
  const browser = await signIn(issuer, rp);
  await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims())));
  assert.equal((await sessionOf(browser, rp)).user, null);
  await rp.printed("the JWK Set contains null, which is not a usable public key");
  const found = await findings();
  assert.deepEqual([found.get("jwks")?.result, found.get("jwks-values")?.result], ["ok", "warning"]);
});

test("without a good key for its kid a token is refused, as the doctor says", async () => {
  const { kid, alg } = issuer.rs256;
  const token = await issuer.sign(issuer.logoutClaims(), { kid: "half" });
  await withMetadata({}, [{ kty: "RSA", kid: "half", alg, use: "sig", e: "AQAB" }]);
  const refused = await sendToken(rp, token);
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /No key of the issuer matches the token/);
  assert.match((await findings()).get("jwks-values")?.found ?? "", /kty RSA and kid half/);
  await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(), { kid })));
});

test("a list with an odd item is used without it: the client authenticates by the method that is left", async () => {
  await withMetadata({ token_endpoint_auth_methods_supported: [null, "client_secret_post"] });
  const bodies: URLSearchParams[] = [];
  issuer.token = (_, body) => {
    bodies.push(new URLSearchParams(body));
    return { json: { access_token: "a", token_type: "Bearer" } };
  };
  const form = formFor(issuer, rp, { grant_type: "client_credentials", client_secret: "s", scope: "" });
  assert.equal((await new HttpBrowser().post(`${rp.base}/authorize`, form)).status, 303);
  assert.equal(bodies[0]?.get("client_secret"), "s");
});
