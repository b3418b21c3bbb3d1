/** GET and POST /oauth2client over HTTP: every authorization response and token that must not log anybody in. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { leftHalfHash } from "#lib/oidc/id-token.ts";
import { HttpBrowser } from "#lib/testing/http-browser.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { type Asked, ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { newKey, TestIssuer } from "../support/test-issuer.ts";

let issuer: TestIssuer;
let rp: RpProcess;

before(async () => {
  issuer = await TestIssuer.start();
  rp = await startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true" });
});
after(async () => {
  await rp.stop();
  await issuer.down();
});

/** Nobody is logged in afterwards, the answer is a page with this status, and it says why. */
async function assertRefused(
  asked: Asked,
  parameters: Record<string, string>,
  reason: RegExp,
  status = 400,
): Promise<void> {
  const answer = await respondTo(asked, issuer, rp, parameters);
  assert.equal(answer.status, status);
  assert.match(answer.text, reason);
  assert.match(answer.headers.get("cache-control") ?? "", /no-store/);
  assert.equal((await sessionOf(asked.browser, rp)).user, null);
}

const idToken = ({ nonce }: Asked, changes: Record<string, unknown> = {}, header = {}, key = issuer.rs256) =>
  issuer.sign(issuer.idClaims({ nonce, ...changes }), header, key);
const seconds = () => Math.floor(Date.now() / 1000);

describe("ID Token from the authorization endpoint", () => {
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
      reason: /not an ID Token by its type/,
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

  test("is taken within 60 seconds of clock skew", async () => {
    const browser = await signIn(issuer, rp, { iat: seconds() + 50 });
    assert.equal((await sessionOf(browser, rp)).user, "alice");
    await signIn(issuer, rp, { exp: seconds() - 50 });
  });

  test("vouches for the access token beside it", async () => {
    const form = { response_type: "id_token token" };
    for (const at_hash of [undefined, leftHalfHash("another", "RS256")]) {
      const asked = await ask(issuer, rp, form);
      const parameters = {
        id_token: await idToken(asked, { at_hash }),
        access_token: "access",
        token_type: "Bearer",
      };
      await assertRefused(asked, parameters, /access token is not the one/);
    }
    const asked = await ask(issuer, rp, form);
    const id_token = await idToken(asked, { at_hash: leftHalfHash("access", "RS256") });
    assert.equal((await respondTo(asked, issuer, rp, { id_token, access_token: "access" })).status, 303);
  });

  test("vouches for the code of the hybrid flow, and names the same user as the second one", async () => {
    const hybrid = { grant_type: "hybrid", use_pkce: "no" };
    const c_hash = leftHalfHash("the-code", "RS256");
    for (const wrong of [undefined, leftHalfHash("another", "RS256")]) {
      const asked = await ask(issuer, rp, hybrid);
      const parameters = { id_token: await idToken(asked, { c_hash: wrong }), code: "the-code" };
      await assertRefused(asked, parameters, /authorization code is not the one/);
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

describe("code", () => {
  const code = { grant_type: "code", use_pkce: "yes" };
  const refused: Record<string, { reason: RegExp; changes: (asked: Asked) => Promise<string> }> = {
    "another nonce": { reason: /nonce differs/, changes: (asked) => idToken(asked, { nonce: "other" }) },
    "another audience": {
      reason: /ID Token .*not valid.*aud/s,
      changes: (asked) => idToken(asked, { aud: "playground3" }),
    },
    "another key": {
      reason: /does not verify/,
      changes: async (asked) => idToken(asked, {}, {}, await newKey("RS256", issuer.rs256.kid)),
    },
    expired: {
      reason: /ID Token .*not valid.*exp/s,
      changes: (asked) => idToken(asked, { exp: seconds() - 61 }),
    },
    "another at_hash": {
      reason: /access token is not the one/,
      changes: (asked) => idToken(asked, { at_hash: leftHalfHash("x", "RS256") }),
    },
  };
  for (const [name, { reason, changes }] of Object.entries(refused)) {
    test(`with an ID Token that is refused: ${name}`, async () => {
      const asked = await ask(issuer, rp, code);
      issuer.token = async () => ({
        json: { access_token: "a", token_type: "Bearer", id_token: await changes(asked) },
      });
      await assertRefused(asked, { code: "c" }, reason);
    });
  }

  test("is redeemed with the verifier of its challenge, the Callback URL and the client", async () => {
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

  test("that the OP does not honour is shown with the OP's reason", async () => {
    issuer.token = () => ({
      status: 400,
      json: { error: "invalid_grant", error_description: "used before" },
    });
    await assertRefused(await ask(issuer, rp, code), { code: "c" }, /invalid_grant: used before/);
  });

  test("with a token response without ID Token logs nobody in", async () => {
    issuer.token = () => ({ json: { access_token: "a", token_type: "Bearer" } });
    await assertRefused(await ask(issuer, rp, code), { code: "c" }, /has no ID Token/);
  });
});

describe("state", () => {
  test("is needed, known, and of this browser", async () => {
    const asked = await ask(issuer, rp);
    const id_token = await idToken(asked);
    await assertRefused({ ...asked, state: "" }, { id_token }, /not started here/);
    await assertRefused({ ...asked, state: "made-up" }, { id_token }, /not started here/);
    await assertRefused({ ...asked, browser: new HttpBrowser() }, { id_token }, /another browser/);
    const other = await ask(issuer, rp);
    await assertRefused({ ...asked, browser: other.browser }, { id_token }, /another browser/);
    assert.equal(
      (await respondTo(asked, issuer, rp, { id_token })).status,
      303,
      "a foreign browser does not use it up",
    );
  });

  test("works once: a replayed callback changes nothing", async () => {
    const asked = await ask(issuer, rp);
    const id_token = await idToken(asked);
    assert.equal((await respondTo(asked, issuer, rp, { id_token })).status, 303);
    const before = await sessionOf(asked.browser, rp);
    assert.equal((await respondTo(asked, issuer, rp, { id_token })).status, 400);
    assert.deepEqual(await sessionOf(asked.browser, rp), before);
  });

  test("may not come twice", async () => {
    const { browser, state } = await ask(issuer, rp);
    const answer = await browser.get(
      `${rp.base}/oauth2client?state=${state}&state=${state}&code=c&iss=${encodeURIComponent(issuer.issuer)}`,
    );
    assert.equal(answer.status, 400);
    assert.match(answer.text, /more than one state/);
  });

  test("two sign-ins at once in one browser both work", async () => {
    const browser = new HttpBrowser();
    const first = await ask(issuer, rp, {}, browser);
    const second = await ask(issuer, rp, {}, browser);
    for (const asked of [first, second]) {
      assert.equal((await respondTo(asked, issuer, rp, { id_token: await idToken(asked) })).status, 303);
    }
  });
});

describe("iss (RFC 9207)", () => {
  test("missing or foreign is refused, also with an error", async () => {
    const token = async (asked: Asked) => ({ id_token: await idToken(asked) });
    const foreign = await ask(issuer, rp);
    await assertRefused(
      foreign,
      { ...(await token(foreign)), iss: "https://other.example" },
      /the request went to/,
    );
    const error = await ask(issuer, rp);
    await assertRefused(
      error,
      { error: "access_denied", iss: "https://other.example" },
      /the request went to/,
    );
    const missing = await ask(issuer, rp);
    const answer = await missing.browser.post(`${rp.base}/oauth2client`, {
      state: missing.state,
      ...(await token(missing)),
    });
    assert.match(answer.text, /names no issuer/);
    assert.equal(answer.status, 400);
  });
});

describe("errors of the OP", () => {
  test("are shown as the OP's word, escaped", async () => {
    const asked = await ask(issuer, rp);
    const description = "<script>alert(1)</script>";
    const answer = await respondTo(asked, issuer, rp, {
      error: "login_required",
      error_description: description,
    });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /The OpenID Provider answered login_required/);
    assert.ok(!answer.text.includes(description));
  });
});

describe("form of the response", () => {
  afterEach(() => {
    issuer.token = () => ({ status: 400, json: { error: "invalid_grant" } });
  });

  test("a form_post from another site is sent again by the app itself, with its cookies", async () => {
    const asked = await ask(issuer, rp, { form_post: "yes" });
    assert.equal(asked.request.get("response_mode"), "form_post");
    const parameters = { state: asked.state, iss: issuer.issuer, id_token: await idToken(asked) };
    const crossSite = await fetch(`${rp.base}/oauth2client`, {
      method: "POST",
      body: new URLSearchParams(parameters),
      headers: { origin: issuer.origin, "sec-fetch-site": "cross-site" },
    });
    assert.equal(crossSite.status, 200);
    const page = {
      url: `${rp.base}/oauth2client`,
      status: 200,
      headers: crossSite.headers,
      text: await crossSite.text(),
      location: undefined,
    };
    assert.equal((await asked.browser.submit(page, {})).status, 303);
    assert.equal((await sessionOf(asked.browser, rp)).user, "alice");
  });

  test("without parameters the page hands the fragment on; its script is a file", async () => {
    const { text, headers } = await new HttpBrowser().get(`${rp.base}/oauth2client`);
    assert.match(text, /data-fragment/);
    assert.match(headers.get("content-security-policy") ?? "", /script-src 'self';/);
  });
});

describe("sessions", () => {
  test("a login gets a new session id: the cookie from before is nobody's", async () => {
    const asked = await ask(issuer, rp);
    const before = asked.browser.copy();
    assert.equal((await respondTo(asked, issuer, rp, { id_token: await idToken(asked) })).status, 303);
    assert.equal((await sessionOf(asked.browser, rp)).user, "alice");
    assert.equal((await sessionOf(before, rp)).user, null);
  });

  test("survive a restart; a cookie sealed with another secret is as good as none", async () => {
    const browser = await signIn(issuer, rp);
    await rp.restart();
    assert.equal((await sessionOf(browser, rp)).user, "alice");
    await rp.restart({ RP_SECRET: crypto.randomUUID() });
    assert.equal((await sessionOf(browser, rp)).user, null);
    assert.equal((await browser.get(`${rp.base}/`)).status, 200);
    await rp.restart();
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("no page and no log line shows a secret of the session", async () => {
    const browser = await signIn(issuer, rp);
    const { text } = await browser.get(`${rp.base}/session`);
    assert.ok(!text.includes("eyJ"));
    assert.ok(!/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/.test(rp.output()));
  });
});
