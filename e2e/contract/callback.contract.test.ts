/** GET and POST /oauth2client over HTTP: state, iss, errors, response modes, and the session. */
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { type Asked, ask, assertSignInRefused, respondTo, sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const assertRefused = (asked: Asked, parameters: Record<string, string>, reason: RegExp) =>
  assertSignInRefused(asked, issuer, rp, parameters, reason);

const idToken = ({ nonce }: Asked) => issuer.sign(issuer.idClaims({ nonce }));

describe("state", () => {
  test("must be present, known and from this browser", async () => {
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
      "another browser does not use it up",
    );
  });

  test("works once; a replayed callback changes nothing", async () => {
    const asked = await ask(issuer, rp);
    const id_token = await idToken(asked);
    assert.equal((await respondTo(asked, issuer, rp, { id_token })).status, 303);
    const before = await sessionOf(asked.browser, rp);
    assert.equal((await respondTo(asked, issuer, rp, { id_token })).status, 400);
    assert.deepEqual(await sessionOf(asked.browser, rp), before);
  });

  test("must not appear twice", async () => {
    const { browser, state } = await ask(issuer, rp);
    const answer = await browser.get(
      `${rp.base}/oauth2client?state=${state}&state=${state}&code=c&iss=${encodeURIComponent(issuer.issuer)}`,
    );
    assert.equal(answer.status, 400);
    assert.match(answer.text, /more than one state/);
  });

  test("is dropped for the oldest of many unfinished sign-ins", async () => {
    const browser = new HttpBrowser();
    const asked = [];
    for (let n = 0; n < 12; n++) asked.push(await ask(issuer, rp, {}, browser));
    const [oldest, newest] = [asked[0] as Asked, asked.at(-1) as Asked];
    await assertRefused(oldest, { id_token: await idToken(oldest) }, /another browser/);
    assert.equal((await respondTo(newest, issuer, rp, { id_token: await idToken(newest) })).status, 303);
  });

  test("keeps two concurrent sign-ins in one browser apart", async () => {
    const browser = new HttpBrowser();
    const first = await ask(issuer, rp, {}, browser);
    const second = await ask(issuer, rp, {}, browser);
    for (const asked of [first, second]) {
      assert.equal((await respondTo(asked, issuer, rp, { id_token: await idToken(asked) })).status, 303);
    }
  });
});

describe("iss (RFC 9207)", () => {
  test("is refused if it is missing or another issuer's, in error responses too", async () => {
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
    assert.match(answer.text, /has no iss/);
    assert.equal(answer.status, 400);
  });
});

describe("errors of the OP", () => {
  test("are attributed to the OP, and escaped", async () => {
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

describe("the authorization response", () => {
  afterEach(() => {
    issuer.token = () => ({ status: 400, json: { error: "invalid_grant" } });
  });

  test("by form_post from another site is resubmitted by the app's own page, with its cookies", async () => {
    const asked = await ask(issuer, rp, { form_post: "yes" });
    assert.equal(asked.request.get("response_mode"), "form_post");
    const parameters = { state: asked.state, iss: issuer.issuer, id_token: await idToken(asked) };
    const crossSite = await fetch(`${rp.base}/oauth2client`, {
      method: "POST",
      body: new URLSearchParams(parameters),
      headers: { origin: "null" },
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

  test("may go to a Callback URL that has a query", async () => {
    const { text } = await new HttpBrowser().get(`${rp.base}/oauth2client?tenant=a`);
    assert.match(text, /data-fragment/);
  });

  test("in the fragment is submitted by a page whose script is a file", async () => {
    const { text, headers } = await new HttpBrowser().get(`${rp.base}/oauth2client`);
    assert.match(text, /data-fragment/);
    assert.match(headers.get("content-security-policy") ?? "", /script-src 'self';/);
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  });
});

describe("sessions", () => {
  test("get a new ID at login; the earlier cookie is worthless", async () => {
    const asked = await ask(issuer, rp);
    const before = asked.browser.copy();
    assert.equal((await respondTo(asked, issuer, rp, { id_token: await idToken(asked) })).status, 303);
    assert.equal((await sessionOf(asked.browser, rp)).user, "alice");
    assert.equal((await sessionOf(before, rp)).user, null);
  });

  test("lose their tokens at Reset Session; a copied cookie shows nothing", async () => {
    const browser = await signIn(issuer, rp);
    const copy = browser.copy();
    assert.equal((await browser.post(`${rp.base}/reset`, {})).status, 303);
    assert.equal((await sessionOf(copy, rp)).user, null);
    assert.doesNotMatch((await copy.get(`${rp.base}/oauth2`)).text, /eyJ/);
  });

  test("survive a restart; a cookie sealed with another secret is ignored", async () => {
    const browser = await signIn(issuer, rp);
    await rp.restart({ RP_SECRET: crypto.randomUUID() });
    assert.equal((await sessionOf(browser, rp)).user, null);
    assert.equal((await browser.get(`${rp.base}/`)).status, 200);
    await rp.restart();
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("show no token in GET /session or the log", async () => {
    const browser = await signIn(issuer, rp);
    const { text } = await browser.get(`${rp.base}/session`);
    assert.ok(!text.includes("eyJ"));
    assert.ok(!/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/.test(rp.output()));
  });
});
