/** GET /fclogout over HTTP, and switching mechanisms off. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { mechanismNames } from "#lib/oidc/mechanisms.ts";
import { mechanismEndpoints } from "#lib/rp/routes.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid & ${crypto.randomUUID()}` });

/** Requests the page as a frame does; by default without cookies. */
async function frame(parameters: Record<string, string>, browser?: HttpBrowser): Promise<Response> {
  const headers = browser ? { cookie: browser.cookieFor("/playground2") } : {};
  return fetch(`${rp.base}/fclogout?${new URLSearchParams(parameters)}`, { headers });
}

describe("a front-channel logout", () => {
  test("finds the session by iss and sid, without a cookie", async () => {
    const [alice, bob] = [newUser(), newUser()];
    const [atAlice, atBob] = [await signIn(issuer, rp, alice), await signIn(issuer, rp, bob)];
    const response = await frame({ iss: issuer.issuer, sid: alice.sid });
    assert.equal(response.status, 200);
    const session = await sessionOf(atAlice, rp);
    assert.deepEqual([session.user, session.loggedOutBy], [null, "front-channel"]);
    assert.equal((await sessionOf(atBob, rp)).user, bob.sub);
  });

  test("may be framed only by the OP, and is not cached", async () => {
    const { headers } = await frame({ iss: issuer.issuer, sid: "unknown" });
    assert.match(
      headers.get("content-security-policy") ?? "",
      new RegExp(`frame-ancestors ${issuer.origin}$`),
    );
    assert.equal(headers.get("x-frame-options"), null);
    assert.equal(headers.get("cache-control"), "no-store");
  });

  test("ends the cookie's session if its ID Token had no sid, with a warning", async () => {
    const [who, other] = [newUser(), newUser()];
    const browser = await signIn(issuer, rp, { sub: who.sub, sid: undefined });
    const elsewhere = await signIn(issuer, rp, { sub: other.sub, sid: undefined });
    const withoutCookie = await frame({ iss: issuer.issuer, sid: who.sid });
    assert.equal(withoutCookie.status, 200);
    assert.match(await withoutCookie.text(), /No session ended\. A session here has no sid/);
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
    assert.equal((await frame({ iss: issuer.issuer, sid: "" }, browser)).status, 400, "no sid");
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
    const answer = await frame({ iss: issuer.issuer, sid: who.sid }, browser);
    assert.equal(answer.status, 200);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "front-channel");
    assert.match((await browser.get(`${rp.base}/`)).text, /had no sid, so no request can match it/);
    assert.equal((await sessionOf(elsewhere, rp)).user, other.sub);
  });

  test("without iss and sid is refused, since the app registers that it requires them", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    for (const requester of [undefined, browser]) {
      const answer = await frame({}, requester);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /no iss and sid.* set FRONTCHANNEL_LOGOUT_SESSION_REQUIRED=false/);
    }
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
  });

  test("without a match ends no session, not even the cookie's, and is shown", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const wrong: Record<string, string>[] = [
      { iss: issuer.issuer },
      { sid: who.sid },
      { iss: issuer.issuer, sid: "of another session" },
      { iss: `${issuer.issuer}/`, sid: who.sid },
      { iss: "", sid: "" },
    ];
    for (const parameters of wrong) {
      assert.equal((await frame(parameters, browser)).status, 400, JSON.stringify(parameters));
      assert.equal((await sessionOf(browser, rp)).user, who.sub);
    }
    assert.match(
      (await browser.get(`${rp.base}/`)).text,
      /another session than this browser&#x27;s|not trusted/,
    );
  });

  test("from an untrusted issuer is shown shortened", async () => {
    const iss = `https://${"x".repeat(3000)}.example`;
    const answer = await frame({ iss, sid: "s" });
    assert.equal(answer.status, 400);
    const page = await (await fetch(`${rp.base}/`)).text();
    assert.match(page, /issuer of this front-channel logout, https:\/\/x{192}…, is not trusted/);
    assert.doesNotMatch(page + (await answer.text()), /x{193}/);
  });

  test("does not prevent a new sign-in from the same OP session", async () => {
    const who = newUser();
    await signIn(issuer, rp, who);
    await frame({ iss: issuer.issuer, sid: who.sid });
    assert.equal((await sessionOf(await signIn(issuer, rp, who), rp)).user, who.sub);
  });
});

test("unverified requests push no logout off the start page", async () => {
  const who = newUser();
  await signIn(issuer, rp, who);
  await frame({ iss: issuer.issuer, sid: who.sid });
  const strange: Record<string, string>[] = [
    { iss: "http://evil.example", sid: "s" },
    { iss: issuer.issuer },
    { iss: issuer.issuer, sid: "of no session" },
    {},
  ];
  for (let n = 0; n < 3; n++) for (const parameters of strange) await frame(parameters);
  const page = (await (await fetch(`${rp.base}/`)).text()).replaceAll("<!-- -->", "");
  assert.match(page, /Front-channel<\/b>: accepted; ended 1 session/);
  assert.match(page, /Front-channel<\/b>: This front-channel logout request has no iss and sid/);
});

describe("with FRONTCHANNEL_LOGOUT_SESSION_REQUIRED=false", () => {
  before(() => {
    issuer.more = { registration_endpoint: `${issuer.origin}/register` };
    return rp.restart({ FRONTCHANNEL_LOGOUT_SESSION_REQUIRED: "false" });
  });
  after(() => {
    issuer.more = {};
    return rp.restart();
  });

  test("a request without iss and sid ends the session of the cookie, if there is one", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    assert.equal((await frame({})).status, 200);
    assert.equal((await sessionOf(browser, rp)).user, who.sub);
    assert.equal((await frame({}, browser)).status, 200);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "front-channel");
    assert.equal((await frame({}, browser)).status, 200, "already logged out");
  });

  test("the app registers that it does not require them", async () => {
    const asked: Record<string, unknown>[] = [];
    issuer.registration = (_, body) => {
      asked.push(JSON.parse(body) as Record<string, unknown>);
      return { status: 201, json: { ...asked[0], client_id: "registered" } };
    };
    const browser = new HttpBrowser();
    assert.equal((await browser.post(`${rp.base}/register`, {})).status, 303);
    assert.equal(asked[0]?.frontchannel_logout_session_required, false);
    issuer.registration = () => ({ status: 204, json: {} });
    await browser.post(`${rp.base}/register`, { action: "forget" });
  });
});

describe("switching mechanisms off", () => {
  const choose = (browser: HttpBrowser, ...chosen: string[]) =>
    browser.post(`${rp.base}/mechanisms`, Object.fromEntries(chosen.map((name) => ["mechanism", name])));

  test("makes only its endpoint answer 404, and survives a restart", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const token = () => issuer.sign(issuer.logoutClaims(who));
    assert.equal((await choose(browser, "back-channel")).status, 303);
    assert.equal((await frame({ iss: issuer.issuer, sid: who.sid })).status, 404);
    assert.match((await browser.get(`${rp.base}/`)).text, /off: answers 404/);

    assert.equal((await choose(browser, "front-channel")).status, 303);
    const refused = await sendToken(rp, await token());
    assert.equal(refused.status, 404);
    assert.equal(refused.headers.get("cache-control"), "no-store");
    assert.match(await refused.text(), /switched off/);
    assert.equal((await sessionOf(browser, rp)).user, who.sub);

    assert.equal((await choose(browser)).status, 303);
    assert.equal((await frame({ iss: issuer.issuer, sid: who.sid })).status, 404);
    assert.equal((await choose(browser, "back-channel")).status, 303);
    await rp.restart();
    assert.equal((await frame({})).status, 404, "still off after a restart");
    await assertAccepted(await sendToken(rp, await token()));
    assert.equal((await sessionOf(browser, rp)).user, null);
  });

  for (const mechanism of mechanismNames) {
    test(`${mechanism}: its endpoints answer 404 while it is off, and only then`, async () => {
      const browser = await signIn(issuer, rp, newUser());
      const statuses = async () => {
        const answers = mechanismEndpoints[mechanism].flatMap((endpoint) => [
          fetch(`${rp.base}/${endpoint}`),
          fetch(`${rp.base}/${endpoint}`, { method: "POST", body: new URLSearchParams() }),
        ]);
        return (await Promise.all(answers)).map(({ status }) => status);
      };
      await choose(browser, mechanism);
      assert.ok(!(await statuses()).includes(404));
      await choose(browser);
      assert.ok((await statuses()).includes(404));
    });
  }

  test("refuses unknown mechanisms and forms from other sites", async () => {
    const browser = await signIn(issuer, rp, newUser());
    assert.equal((await choose(browser, "telepathy")).status, 400);
    const foreign = await browser.post(`${rp.base}/mechanisms`, {}, "https://evil.example");
    assert.equal(foreign.status, 403);
  });
});
