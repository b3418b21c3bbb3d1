/** Clients with `token_type_extension` JWT. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { decodeJwt, jwtVerify } from "jose";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorize,
  basic,
  logoutUrl,
  register,
  responseOf,
  sharedOp,
  tokenRequest,
  userinfoStatus,
} from "./testing/op-under-test.ts";
import { type RegisteredClient, registeredClient } from "./testing/registered-client.ts";

const op = await sharedOp();

describe("an access token as a JWT", () => {
  let client: RegisteredClient;
  before(async () => {
    const grants = ["authorization_code", "implicit", "client_credentials"];
    client = await registeredClient(op, { token_type_extension: "JWT", grant_types: grants });
  });

  const inFragment = async (more: Record<string, string> = {}) => {
    const browser = new HttpBrowser();
    const visit = await authorize(op, browser, {
      client_id: client.clientId,
      response_type: "id_token token",
      ...more,
    });
    return { browser, response: responseOf(visit) };
  };
  const accessToken = async () => (await inFragment()).response.get("access_token") ?? "";
  const credentials = () => basic(client.clientId, client.secret);
  it("has the claims of RFC 9068 and a valid signature", async () => {
    const token = await accessToken();
    const { payload, protectedHeader } = await jwtVerify(token, op.jwks, { issuer: op.issuer });
    assert.equal(protectedHeader.typ, "at+jwt");
    const { jti, iat = 0, exp, ...others } = payload;
    assert.deepEqual(others, {
      iss: op.issuer,
      sub: "alice",
      aud: op.issuer,
      client_id: client.clientId,
      scope: "openid profile",
    });
    assert.match(String(jti), /^[\w-]{20,}$/);
    assert.equal(exp, iat + 3600);
  });

  it("comes from the token endpoint too, also for the client itself", async () => {
    const { response } = await inFragment({ response_type: "code" });
    const answer = await tokenRequest(
      op,
      {
        grant_type: "authorization_code",
        code: response.get("code") ?? "",
        redirect_uri: `${op.photos.base}/oauth2client`,
      },
      credentials(),
    );
    const { access_token: token } = (await answer.json()) as { access_token: string };
    assert.equal(decodeJwt(token).sub, "alice");
    assert.equal(await userinfoStatus(op, token), 200);
    const own = await tokenRequest(op, { grant_type: "client_credentials" }, credentials());
    const { access_token: ownToken } = (await own.json()) as { access_token: string };
    assert.equal(decodeJwt(ownToken).sub, client.clientId);
  });

  it("is verified by its readers: the OP neither introspects nor revokes it", async () => {
    const token = await accessToken();
    for (const path of ["introspect", "revoke"]) {
      const answer = await fetch(`${op.origin}/oauth2/${path}`, {
        method: "POST",
        headers: { authorization: credentials() },
        body: new URLSearchParams({ token }),
      });
      assert.equal(((await answer.json()) as { error: string }).error, "unsupported_token_type");
    }
    assert.equal(await userinfoStatus(op, token), 200);
  });

  it("ends with the session", async () => {
    const { browser, response } = await inFragment();
    const token = response.get("access_token") ?? "";
    const url = logoutUrl(op, { id_token_hint: response.get("id_token") ?? "" });
    await browser.submit(await browser.get(url), { logout: "yes" });
    assert.equal(await userinfoStatus(op, token), 401);
  });

  it("is refused with changed claims, as an ID Token, and as a hint", async () => {
    const { browser, response } = await inFragment();
    const token = response.get("access_token") ?? "";
    const [header, , signature] = token.split(".");
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: "bob" })).toString("base64url");
    assert.equal(await userinfoStatus(op, [header, claims, signature].join(".")), 401);
    assert.equal(await userinfoStatus(op, response.get("id_token") ?? ""), 401);
    const answer = await browser.get(logoutUrl(op, { id_token_hint: token }));
    assert.equal(answer.status, 400);
  });

  it("has the pairwise subject of its client", async () => {
    const { clientId } = await registeredClient(op, {
      token_type_extension: "JWT",
      subject_type: "pairwise",
    });
    const { response } = await inFragment({ client_id: clientId });
    const { sub } = decodeJwt(response.get("access_token") ?? "");
    assert.equal(sub, decodeJwt(response.get("id_token") ?? "").sub);
    assert.notEqual(sub, "alice");
  });

  it("is opaque for other clients", async () => {
    const visit = await authorize(op, new HttpBrowser(), { response_type: "id_token token" });
    assert.match(responseOf(visit).get("access_token") ?? "", /^[\w-]{30,}$/);
  });

  it("is chosen by its name at WSO2 IS; another value is refused", async () => {
    const metadata = { redirect_uris: ["http://localhost/cb"], token_type_extension: "Default" };
    const chosen = await register(op, metadata, adminAuthorization);
    assert.equal(chosen.body.token_type_extension, "Default");
    for (const value of ["jwt", "opaque", 1, ["JWT"], null]) {
      const { status, body } = await register(
        op,
        { ...metadata, token_type_extension: value },
        adminAuthorization,
      );
      assert.equal(status, 400, String(value));
      assert.match(String(body.error_description), /token_type_extension must be Default or JWT/);
    }
  });
});
