/** Countermeasures of RFC 9700 and OWASP ASVS V10 that the library brings: what we configure must not lose them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it, mock } from "node:test";
import { formOf, HttpBrowser } from "#lib/net/http-browser.ts";
import {
  authorizationUrl,
  authorize,
  basic,
  clientSecret,
  responseOf,
  sharedOp,
  signIn,
  tokenRequest,
  userinfoStatus,
} from "./testing/op-under-test.ts";

const op = await sharedOp();
const redirect_uri = `${op.photos.base}/oauth2client`;
const verifier = "v".repeat(43);
const s256 = {
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

async function newCode(request: Record<string, string> = {}): Promise<string> {
  return responseOf(await authorize(op, new HttpBrowser(), request)).get("code") ?? "";
}

interface Answer {
  status: number;
  error?: string;
  access_token?: string;
  refresh_token?: string;
}

async function tokens(fields: Record<string, string>, authorization?: string): Promise<Answer> {
  const response = await tokenRequest(op, fields, authorization);
  return { status: response.status, ...((await response.json()) as object) };
}

const exchange = (code: string, more: Record<string, string> = {}, client = "photos") =>
  tokens({ grant_type: "authorization_code", code, redirect_uri, ...more }, basic(client, clientSecret));

const refused = { status: 400, error: "invalid_grant" };
const reasonOf = ({ status, error }: Answer) => ({ status, error });

describe("an authorization code", () => {
  it("works once; a second use ends the tokens of the first", async () => {
    const code = await newCode();
    const { access_token = "" } = await exchange(code);
    assert.equal(await userinfoStatus(op, access_token), 200);
    assert.deepEqual(reasonOf(await exchange(code)), refused);
    assert.equal(await userinfoStatus(op, access_token), 401);
  });

  it("works only for its client, and with its own callback", async () => {
    assert.deepEqual(reasonOf(await exchange(await newCode(), {}, "albums")), refused);
    const elsewhere = { redirect_uri: `${op.albums.base}/oauth2client` };
    assert.deepEqual(reasonOf(await exchange(await newCode(), elsewhere)), refused);
  });

  it("that was asked for with PKCE needs its verifier; one that was not takes none", async () => {
    for (const wrong of [{}, { code_verifier: "w".repeat(43) }])
      assert.deepEqual(reasonOf(await exchange(await newCode(s256), wrong)), refused);
    assert.deepEqual(reasonOf(await exchange(await newCode(), { code_verifier: verifier })), refused);
    assert.equal((await exchange(await newCode(s256), { code_verifier: verifier })).status, 200);
  });

  it("is refused after a minute", async () => {
    const code = await newCode();
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      mock.timers.tick(59_000);
      assert.equal((await exchange(await newCode())).status, 200);
      mock.timers.tick(2_000);
      assert.deepEqual(reasonOf(await exchange(code)), refused);
    } finally {
      mock.timers.reset();
    }
  });

  it("is not given for a plain challenge", async () => {
    const plain = { code_challenge: verifier, code_challenge_method: "plain" };
    const response = responseOf(await new HttpBrowser().get(authorizationUrl(op, plain)));
    assert.deepEqual([response.get("error"), response.has("code")], ["invalid_request", false]);
  });

  it("is not given to a client without its secret", async () => {
    const answer = await tokens(
      { grant_type: "authorization_code", code: await newCode(), redirect_uri },
      basic("photos", "wrong"),
    );
    assert.deepEqual(reasonOf(answer), { status: 401, error: "invalid_client" });
  });
});

describe("a refresh token of a public client", () => {
  it("works once; a second use ends all that came from it", async () => {
    const scope = { scope: "openid offline_access", prompt: "consent" };
    const code = await newCode({ client: "photos-public", ...scope, ...s256 });
    const client_id = "photos-public";
    const first = await tokens({
      ...{ grant_type: "authorization_code", code, redirect_uri, client_id, code_verifier: verifier },
    });
    const refresh = (refresh_token = "") => tokens({ grant_type: "refresh_token", refresh_token, client_id });
    const second = await refresh(first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.deepEqual(reasonOf(await refresh(first.refresh_token)), refused);
    assert.deepEqual(reasonOf(await refresh(second.refresh_token)), refused);
    assert.equal(await userinfoStatus(op, second.access_token ?? ""), 401);
  });
});

describe("redirects", () => {
  it("after a password was posted do not post it again: 303, never 307", async () => {
    const browser = new HttpBrowser();
    const page = await browser.follow(await browser.get(authorizationUrl(op)));
    const { fields } = formOf(page);
    const answer = await browser.submit(page, { ...fields, username: "alice", password: "alice" });
    assert.equal(answer.status, 303);
  });

  it("never go to a callback that is not registered, not even with an error", async () => {
    const to = { redirect_uri: "https://evil.example/", response_type: "nonsense", prompt: "none" };
    const answer = await new HttpBrowser().get(authorizationUrl(op, to));
    assert.deepEqual([answer.status, answer.location], [400, undefined]);
  });
});

it("UserInfo is for access tokens alone", async () => {
  const { idToken, accessToken } = await signIn(op, new HttpBrowser(), "photos");
  assert.equal(await userinfoStatus(op, accessToken), 200);
  assert.equal(await userinfoStatus(op, idToken), 401);
});
