/** The Doctor page and POST /examine over HTTP, against a test issuer. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";

const secret = "theConfiguredSecret";
const { issuer, rp } = await appUnderTest({ CLIENT_SECRET: secret });
beforeEach(async () => {
  // Afterwards the app has sent its own requests to the issuer.
  await new HttpBrowser().get(`${rp.base}/oauth2`);
  issuer.requests.length = 0;
});

const pageOf = async (browser: HttpBrowser) =>
  (await browser.get(`${rp.base}/doctor`)).text.replaceAll("<!-- -->", "");
const resultOf = (check: string, page: string) =>
  new RegExp(`data-check="${check}" data-result="([a-z]+)"`).exec(page)?.[1];

describe("the Doctor page", () => {
  test("runs the checks only on request, and works without scripts", async () => {
    const browser = new HttpBrowser();
    const before = await pageOf(browser);
    assert.match(before, /<button[^>]*>Run the checks<\/button>/);
    assert.doesNotMatch(before, /data-check=/);
    assert.deepEqual(issuer.requests, []);

    const answer = await browser.post(`${rp.base}/examine`, {});
    assert.equal(answer.status, 303);
    assert.equal(answer.location, `${rp.base}/doctor`);
    assert.ok(issuer.requests.length > 5 && issuer.requests.length <= 20, issuer.requests.join(" "));
    const asked = issuer.requests.length;
    const page = await pageOf(browser);
    assert.equal(issuer.requests.length, asked);

    assert.equal(resultOf("issuer", page), "ok");
    assert.equal(resultOf("backchannel", page), "ok");
    // This issuer has neither an authorization endpoint nor back-channel logout.
    assert.equal(resultOf("callbacks", page), "problem");
    assert.equal(resultOf("backchannel-support", page), "warning");
    assert.equal(resultOf("discovery-browser", page), "unknown");
    const order = [...page.matchAll(/data-check="[a-z-]+" data-result="([a-z]+)"/g)].map(
      ([, result]) => result,
    );
    const severity = ["problem", "warning", "unknown", "ok"];
    assert.deepEqual(
      order,
      order.toSorted((a = "", b = "") => severity.indexOf(a) - severity.indexOf(b)),
    );
    assert.match(page, /Why it matters: .*What to do: /);
    assert.ok(!page.includes(secret) && !rp.output().includes(secret));
  });

  test("shows the latest findings in every browser, and after a restart", async () => {
    await new HttpBrowser().post(`${rp.base}/examine`, {});
    await rp.printed("OpenID Provider examined: 1 problem, ");
    await rp.restart();
    assert.equal(resultOf("issuer", await pageOf(new HttpBrowser())), "ok");
  });

  test("runs no checks for a form from another site", async () => {
    const answer = await new HttpBrowser().post(`${rp.base}/examine`, {}, "https://evil.example");
    assert.equal(answer.status, 403);
    assert.deepEqual(issuer.requests, []);
  });

  test("is the only page that may connect to the OpenID Provider from the browser", async () => {
    const policyOf = async (path: string) =>
      (await new HttpBrowser().get(`${rp.base}${path}`)).headers.get("content-security-policy") ?? "";
    assert.match(await policyOf("/doctor"), new RegExp(`connect-src 'self' ${issuer.origin};`));
    assert.match(await policyOf("/oauth2"), /connect-src 'self';/);
    assert.match(await policyOf("/"), /connect-src 'self';/);
  });

  test("shows that a logout token has arrived", async () => {
    assert.match(await pageOf(new HttpBrowser()), /data-delivery="unknown"/);
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims())));
    assert.match(await pageOf(new HttpBrowser()), /data-delivery="ok">A logout token arrived \d+ s ago/);
  });

  test("is linked from pages that cannot use the OpenID Provider", async () => {
    const browser = new HttpBrowser();
    assert.match((await browser.get(`${rp.base}/`)).text, /\/doctor"/);
    await issuer.down();
    await rp.restart();
    for (const path of ["/oauth2", "/registration"])
      assert.match((await browser.get(`${rp.base}${path}`)).text, /role="alert".*cannot be used.*\/doctor"/s);
    await browser.post(`${rp.base}/examine`, {});
    const page = await pageOf(browser);
    assert.equal(resultOf("discovery", page), "problem");
    assert.match(page, /ECONNREFUSED/);
    await issuer.up();
  });
});
