/** Two OPs on one host: cookies ignore ports. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { cookieName } from "./open-id-provider.ts";
import {
  authorizationUrl,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  sharedOp,
  signIn,
} from "./testing/op-under-test.ts";

const [one, other] = [await sharedOp(), await opUnderTest()];
after(() => other.close());

/** The cookies of this browser at one of them, without those of the other. */
const cookiesAt = (browser: HttpBrowser, { origin }: OpUnderTest): string[] =>
  browser
    .cookieFor(origin)
    .split("; ")
    .filter((cookie) => cookie.split("=")[0]?.includes(`.${new URL(origin).port}`))
    .sort();

describe("two OPs on one host", () => {
  it("do not touch each other's session or browser state", async () => {
    const browser = new HttpBrowser();
    await signIn(one, browser, "photos");
    const cookies = cookiesAt(browser, one);
    assert.match(cookies.join(" "), /\bop\.session\.\d+=.* opbs\.\d+=/);

    const { idToken } = await signIn(other, browser, "photos", "bob");
    assert.deepEqual(cookiesAt(browser, one), cookies);
    const question = await browser.get(logoutUrl(other, { id_token_hint: idToken }));
    await browser.submit(question, { logout: "yes" });
    assert.deepEqual(cookiesAt(browser, one), cookies);
    await browser.get(`${one.origin}/oidc/checksession`);
    assert.deepEqual(cookiesAt(browser, one), cookies);
    assert.deepEqual([await isSignedIn(one, browser), await isSignedIn(other, browser)], [true, false]);
  });

  it("accept a form after the other has sent one", async () => {
    const browser = new HttpBrowser();
    const page = await browser.follow(await browser.get(authorizationUrl(one)));
    await browser.follow(await browser.get(authorizationUrl(other)));
    const consent = await browser.follow(
      await browser.submit(page, { username: "grace", password: "grace" }),
    );
    assert.match(consent.url, /oauth2_consent\.do/);
  });

  it("set no cookie whose name lacks the port", async () => {
    const browser = new HttpBrowser();
    await signIn(one, browser, "photos");
    await browser.get(`${one.origin}/sessions`);
    const names = browser
      .cookieFor(one.origin)
      .split("; ")
      .map((cookie) => cookie.split("=")[0] ?? "");
    const { port } = new URL(one.origin);
    assert.ok(names.length >= 3, names.join(" "));
    for (const name of names) assert.match(name, new RegExp(`\\.${port}(\\.sig)?$`));
  });

  it("have no port in the names on its scheme's default port", () => {
    assert.equal(cookieName({ origin: "https://localhost" }, "opbs"), "opbs");
    assert.equal(cookieName({ origin: "http://localhost:443" }, "opbs"), "opbs.443");
  });
});
