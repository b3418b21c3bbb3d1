/** Apps that cannot register themselves, and a registration endpoint on another host. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { TestIssuer } from "../support/test-issuer.ts";

/** The registration page, without React's comment nodes. */
const pageOf = async (browser: HttpBrowser, app: RpProcess) =>
  (await browser.get(`${app.base}/registration`)).text.replaceAll("<!-- -->", "");

describe("an OP without a registration endpoint", () => {
  let plain: TestIssuer;
  let app: RpProcess;
  before(async () => {
    plain = await TestIssuer.start();
    app = await startRp({ OP_ISSUER: plain.issuer });
  });
  after(async () => {
    await app.stop();
    await plain.down();
  });

  test("the page says so, and lists what to register by hand", async () => {
    const page = await pageOf(new HttpBrowser(), app);
    assert.match(page, /has no registration endpoint\./);
    for (const value of ["oauth2client", "logout", "bclogout", "fclogout", "jwks"])
      assert.ok(page.includes(`<div>${app.base}/${value}</div>`), value);
    assert.doesNotMatch(page, /<form/);
  });

  test("POST /register fails with the same message, and sends no request", async () => {
    const browser = new HttpBrowser();
    await browser.post(`${app.base}/register`, {});
    assert.equal((await browser.get(`${app.base}/registration`)).status, 200);
    await app.printed("Registration failed: ");
    assert.ok(!plain.requests.some((path) => path.startsWith("/register")));
  });
});

test("an app configured for HMAC signatures says why it cannot register itself", async (t) => {
  const issuer = await TestIssuer.start();
  issuer.more = { registration_endpoint: `${issuer.origin}/register` };
  const settings = {
    ID_TOKEN_SIGNED_RESPONSE_ALG: "HS256",
    CLIENT_SECRET: "0123456789abcdef0123456789abcdef",
  };
  const app = await startRp({ OP_ISSUER: issuer.issuer, ...settings });
  t.after(() => Promise.all([app.stop(), issuer.down()]));
  const page = await pageOf(new HttpBrowser(), app);
  assert.match(page, /signed with HS256 .* Set ID_TOKEN_SIGNED_RESPONSE_ALG/);
});

test("the registration endpoint may be on another host if discovery names it", async (t) => {
  const [provider, elsewhere] = [await TestIssuer.start(), await TestIssuer.start()];
  provider.more = { registration_endpoint: `${elsewhere.origin}/register` };
  elsewhere.registration = (_, body) => ({ status: 201, json: { ...JSON.parse(body), client_id: "m" } });
  const app = await startRp({ OP_ISSUER: provider.issuer });
  t.after(() => Promise.all([app.stop(), provider.down(), elsewhere.down()]));
  const browser = new HttpBrowser();
  await browser.post(`${app.base}/register`, {});
  const page = await pageOf(browser, app);
  assert.match(page, /<code data-client-id="true">m<\/code>, without a secret/);
});
