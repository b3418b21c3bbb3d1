import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { decodeJwt, jwtVerify } from "jose";
import { formOf, HttpBrowser } from "#lib/net/http-browser.ts";
import { sessionState } from "./logout/session-state.ts";
import {
  type AuthorizationRequest,
  authorizationUrl,
  authorize,
  browserStateOf,
  isSignedIn,
  logoutUrl,
  responseOf,
  sharedOp,
  signIn,
} from "./testing/op-under-test.ts";
import { registeredClient } from "./testing/registered-client.ts";

const op = await sharedOp();
let browser: HttpBrowser;
beforeEach(() => {
  browser = new HttpBrowser();
});

async function assertNoHint(client_id: string, token: string): Promise<void> {
  const post_logout_redirect_uri = `${op.photos.base}/logout`;
  const answer = await browser.get(logoutUrl(op, { id_token_hint: token, post_logout_redirect_uri }));
  assert.equal(answer.status, 400);
  assert.match(answer.text, /id_token_hint is not an ID Token: it has neither sid nor at_hash/);
  const silent = authorizationUrl(op, { client_id, prompt: "none", id_token_hint: token });
  assert.equal(responseOf(await browser.get(silent)).get("error"), "invalid_request");
  assert.equal(await isSignedIn(op, browser), true);
}

describe("a signed UserInfo response", () => {
  it("is sent to a client that registered for it, and is not accepted as id_token_hint", async () => {
    const { clientId } = await registeredClient(op, { userinfo_signed_response_alg: "RS256" });
    const request = { client_id: clientId, response_type: "id_token token" };
    const response = responseOf(await authorize(op, browser, request));
    const authorization = `Bearer ${response.get("access_token")}`;
    const userinfo = await fetch(`${op.origin}/oauth2/userinfo`, { headers: { authorization } });
    assert.match(userinfo.headers.get("content-type") ?? "", /^application\/jwt\b/);
    const token = await userinfo.text();
    const { payload } = await jwtVerify(token, op.jwks, { issuer: op.issuer, audience: clientId });
    assert.equal(payload.sub, "alice");
    assert.equal(payload.given_name, "Alice");
    await assertNoHint(clientId, token);
  });
});

describe("a signed authorization response", () => {
  /** The claims of a response that consists only of a JWT. */
  async function signedIn(
    response: URLSearchParams,
  ): Promise<{ token: string; claims: Record<string, unknown> }> {
    assert.deepEqual([...response.keys()], ["response"]);
    const token = response.get("response") ?? "";
    const { payload } = await jwtVerify(token, op.jwks, { issuer: op.issuer, audience: "photos" });
    return { token, claims: payload };
  }

  function assertOfBrowser(value: unknown): void {
    const salt = String(value).split(".")[1] ?? "";
    assert.ok(salt.length >= 16);
    assert.equal(value, sessionState("photos", op.photos.base, browserStateOf(browser), salt));
  }

  it("contains all parameters, including session_state, and is not accepted as id_token_hint", async () => {
    const visit = await authorize(op, browser, { response_mode: "query.jwt" });
    const { token, claims } = await signedIn(responseOf(visit));
    assert.ok(claims.code);
    assert.equal(claims.state, "state-1");
    assertOfBrowser(claims.session_state);
    await assertNoHint("photos", token);
  });

  const errors: AuthorizationRequest[] = [
    { response_mode: "jwt" },
    { response_mode: "fragment.jwt", response_type: "id_token" },
    { response_mode: "form_post.jwt" },
  ];
  for (const request of errors) {
    it(`contains all parameters of an error, by ${request.response_mode}`, async () => {
      const refused = async () => {
        const visit = await browser.get(authorizationUrl(op, { ...request, prompt: "none" }));
        const fields = visit.location ? responseOf(visit) : new URLSearchParams(formOf(visit).fields);
        const { claims } = await signedIn(fields);
        assertOfBrowser(claims.session_state);
        return claims.error;
      };
      assert.equal(await refused(), "login_required");
      await signIn(op, browser, "albums", "bob"); // who has not consented to photos
      assert.equal(await refused(), "consent_required");
    });
  }

  it("contains an ordinary ID Token", async () => {
    const request = { response_mode: "jwt", response_type: "id_token" };
    const { claims } = await signedIn(responseOf(await authorize(op, browser, request)));
    const idToken = String(claims.id_token);
    await jwtVerify(idToken, op.jwks, { issuer: op.issuer, audience: "photos" });
    assert.equal(decodeJwt(idToken).nonce, "nonce-1");
    const page = await browser.get(logoutUrl(op, { id_token_hint: idToken }));
    assert.match(page.text, /asks to log out <b>alice<\/b>\./);
  });
});
