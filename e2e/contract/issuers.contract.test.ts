/** Several issuers and other algorithms: tokens and secrets of one issuer do not work for another. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { assertAccepted, assertRefused, sendToken } from "../support/logout-requests.ts";
import { nextAuthSession, signInWithNextAuth } from "../support/next-auth.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, formFor, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

let configured: TestIssuer;
let other: TestIssuer;
before(async () => {
  configured = await TestIssuer.start();
  other = await TestIssuer.start();
});
after(() => Promise.all([configured.down(), other.down()]));

const secret = "0123456789abcdef0123456789abcdef";

function hs256(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const input = `${encode({ alg: "HS256" })}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

describe("HS256, if registered", () => {
  let rp: RpProcess;
  before(async () => {
    const settings = {
      TRUSTED_ISSUERS: other.issuer,
      ID_TOKEN_SIGNED_RESPONSE_ALG: "HS256",
      CLIENT_SECRET: secret,
    };
    rp = await startRp({ OP_ISSUER: configured.issuer, ...settings });
  });
  after(() => rp.stop());

  test("logs in and out with tokens signed with the client secret", async () => {
    const asked = await ask(configured, rp);
    const id_token = hs256(configured.idClaims({ nonce: asked.nonce }));
    assert.equal((await respondTo(asked, configured, rp, { id_token })).status, 303);
    await assertAccepted(await sendToken(rp, hs256(configured.logoutClaims())));
    assert.equal((await sessionOf(asked.browser, rp)).user, null);
  });

  test("is refused from another issuer, which does not share the client secret", async () => {
    await assertRefused(await sendToken(rp, hs256(other.logoutClaims())));
    const asked = await ask(other, rp);
    const id_token = hs256(other.idClaims({ nonce: asked.nonce }));
    assert.equal((await respondTo(asked, other, rp, { id_token })).status, 400);
  });
});

describe("a second trusted issuer", () => {
  let rp: RpProcess;
  before(async () => {
    rp = await startRp({ OP_ISSUER: configured.issuer, TRUSTED_ISSUERS: other.issuer });
  });
  after(() => rp.stop());

  test("does not delay a sign-in at the configured issuer if it hangs", async () => {
    const release = other.hang();
    const asked = other.requests.length;
    const browser = new HttpBrowser();
    const form = formFor(configured, rp);
    const answer = await browser.post(`${rp.base}/authorize`, form);
    assert.equal(answer.status, 303);
    assert.ok(answer.location?.startsWith(`${configured.origin}/authorize?`));
    assert.equal(other.requests.length, asked, "no request to the other issuer");
    release();
  });

  test("is the only one to get its access token for the photos", async () => {
    const asked = await ask(other, rp, { grant_type: "code", use_pkce: "no" });
    other.token = async () => ({
      json: {
        access_token: "token-of-the-other",
        token_type: "Bearer",
        id_token: await other.sign(other.idClaims({ nonce: asked.nonce })),
      },
    });
    assert.equal((await respondTo(asked, other, rp, { code: "c" })).status, 303);
    const seen: (string | undefined)[] = [];
    other.userinfo = ({ headers }) => {
      seen.push(headers.authorization);
      return { json: { sub: "alice", name: "Alice A." } };
    };
    const page = await asked.browser.get(`${rp.base}/photos`);
    assert.match(page.text, /Album of <b>Alice A\.<\/b>/);
    assert.deepEqual(seen, ["Bearer token-of-the-other"]);
    assert.ok(!configured.requests.includes("/userinfo"));
  });
});

for (const path of ["/realm/", "/"]) {
  describe(`an issuer that ends in a slash: ${path}`, () => {
    let issuer: TestIssuer;
    let rp: RpProcess;
    before(async () => {
      issuer = await TestIssuer.start(path);
      rp = await startRp({ OP_ISSUER: issuer.issuer });
    });
    after(() => Promise.all([issuer.down(), rp.stop()]));

    test("logs in and out", async () => {
      const browser = await signIn(issuer, rp, { sid: "own" });
      const { user, iss } = await sessionOf(browser, rp);
      assert.deepEqual([user, iss], ["alice", issuer.issuer]);
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sid: "own" }))));
      assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
    });

    test("logs in with next-auth", async () => {
      const browser = await signInWithNextAuth(issuer, rp, { claims: { sid: "managed" } });
      assert.equal((await nextAuthSession(browser, rp)).user?.name, "alice");
    });

    test("cannot sign for the issuer without the slash", async () => {
      const iss = issuer.issuer.slice(0, -1);
      await assertRefused(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ iss }))));
    });
  });
}
