/** Client authentication over HTTP at an OP that declares both methods and accepts only the secret in the body. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { ask as askNextAuth, nextAuthSession } from "../support/next-auth.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, respondTo, sessionOf } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

const secret = "a-secret_of.the/client";
const issuer = await TestIssuer.start();
after(() => issuer.down());
issuer.more = { token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"] };

/** What the token endpoint received: `Basic …`, or the secret of the body. */
let sent: (string | null)[];
beforeEach(() => {
  sent = [];
});

/** Issues tokens with this nonce to a client that authenticates in the body. */
function issue(nonce: string | null): void {
  issuer.token = async ({ headers: { authorization } }, text) => {
    const body = new URLSearchParams(text);
    sent.push(authorization ?? body.get("client_secret"));
    if (authorization || body.get("client_id") !== "playground2" || body.get("client_secret") !== secret)
      return { status: 401, json: { error: "invalid_client", error_description: "Not so." } };
    const id_token = await issuer.sign(issuer.idClaims({ nonce, sub: "alice" }));
    return { json: { access_token: "a", token_type: "Bearer", id_token } };
  };
}

const app = () => startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true", CLIENT_SECRET: secret });
const basic = `Basic ${btoa("playground2:a-secret_of.the%2Fclient")}`;
const warning = "The OpenID Provider refuses client_secret_basic, which it declares, for client playground2";

const code = { grant_type: "code", use_pkce: "yes" };

describe("the form's sign-in", () => {
  let rp: RpProcess;
  before(async () => {
    rp = await app();
  });
  after(() => rp.stop());

  test("a wrong secret is refused in the OP's words", async () => {
    const asked = await ask(issuer, rp, { ...code, client_secret: "wrong" });
    issue(asked.nonce);
    const page = await respondTo(asked, issuer, rp, { code: "c" });
    assert.equal(page.status, 400);
    assert.match(page.text, /invalid_client: Not so\..*by client_secret_basic and by client_secret_post/s);
    assert.equal((await sessionOf(asked.browser, rp)).user, null);
  });

  test("uses client_secret_post after the 401; log and page say so", async () => {
    const asked = await ask(issuer, rp, code);
    issue(asked.nonce);
    assert.equal((await respondTo(asked, issuer, rp, { code: "c" })).status, 303);
    assert.equal((await sessionOf(asked.browser, rp)).user, "alice");
    assert.deepEqual(sent, [basic, secret]);
    await rp.printed(warning);
    const page = (await asked.browser.get(`${rp.base}/oauth2`)).text;
    assert.match(page, /client authentication.*RFC 6749 2\.3\.1.*HTTP 401; client_secret_post was accepted/s);
  });
});

test("next-auth's sign-in does too, and the next one at once", async (t) => {
  const rp = await app();
  t.after(() => rp.stop());
  for (const expected of [[basic, secret], [secret]]) {
    sent = [];
    const { browser, request } = await askNextAuth(rp);
    issue(request.get("nonce"));
    const answer = new URLSearchParams({ code: "c", state: request.get("state") ?? "", iss: issuer.issuer });
    const visit = await browser.get(`${rp.base}/api/auth/callback/op?${answer}`);
    assert.equal(visit.location, `${rp.base}/oauth2`, visit.text);
    assert.equal((await nextAuthSession(browser, rp)).user?.name, "alice");
    assert.deepEqual(sent, expected);
    assert.match((await browser.get(`${rp.base}/oauth2`)).text, /client_secret_post was accepted/);
  }
  await rp.printed(warning);
});
