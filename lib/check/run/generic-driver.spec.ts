/** The generic driver at a real OP with plain pages, in a browser: it presses what a user would, once, and nothing at the
 * app. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { BrowserContext, Page } from "@playwright/test";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { DriverContext } from "#lib/products/driver.ts";
import { generic } from "#lib/products/generic/driver.ts";
import { placeOf, Stuck } from "#lib/products/stuck.ts";
import { probesAt } from "../probe/probe-set.ts";
import { RelyingParty } from "../probe/relying-party.ts";
import { type PlainOp, plainOp } from "../testing/plain-op.ts";
import { type Browsers, launch } from "./browsers.ts";

const alice = { name: "alice", password: "alice" };

describe("the generic driver", () => {
  let browsers: Browsers;
  let op: PlainOp;
  let rp: RelyingParty;
  let context: DriverContext;
  let browser: BrowserContext;
  let page: Page;
  before(async () => {
    browsers = await launch("cookies-allowed", false);
    op = await plainOp();
    const provider = new OpenIdProvider(op.issuer, { fetch: fetch as Fetch, now: Date.now });
    rp = probesAt(provider)[0] as RelyingParty;
    await rp.recorder.listen();
    context = { issuer: op.issuer, metadata: await provider.metadata(), fetch, apps: new Set([rp.base]) };
    rp.client = (await generic.register?.(rp.metadata, context)) ?? rp.client;
  });
  beforeEach(async () => {
    op.signIns = 0;
    op.pages = { signIn: "form", consent: false, logout: "yes or no" };
    browser = await browsers.fresh();
    page = await browser.newPage();
  });
  afterEach(() => browser.close());
  after(async () => {
    await browsers.close();
    await Promise.all([rp.recorder.close(), op.close()]);
  });

  /** Signs in, leaves the app's page, which ends the driver's wait if the OP asked nothing, and redeems the code. */
  async function signIn() {
    const from = performance.now();
    const request = await rp.authorizationRequest();
    await page.goto(request.url);
    const answered = rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: 30_000 });
    const login = generic.login(page, alice, context);
    const answer = await Promise.race([answered, login.then(() => answered)]);
    await page.waitForURL(`${rp.base}/callback?*`);
    await page.goto("about:blank");
    await login;
    assert.ok(answer, "no answer came");
    const result = await rp.complete(request, answer);
    assert.ok("idToken" in result, JSON.stringify(result));
    return result;
  }
  const isSignedIn = async () => {
    const from = performance.now();
    const request = await rp.authorizationRequest({ prompt: "none" });
    const other = await browser.newPage();
    await other.goto(request.url);
    const answer = await rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: 30_000 });
    await other.close();
    return answer?.query.has("code");
  };
  const logoutUrl = (idToken: string) =>
    `${context.metadata.end_session_endpoint}?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: rp.postLogoutUri })}`;

  for (const signInBy of ["form", "fetch", "two pages"] as const)
    for (const consent of [false, true])
      it(`signs in once, by ${signInBy}, ${consent ? "and allows" : "without consent"}`, async () => {
        op.pages = { signIn: signInBy, consent, logout: "yes" };
        await signIn();
        assert.equal(op.signIns, 1);
        assert.equal(await isSignedIn(), true);
      });

  it("leaves the app's own buttons alone, before and after the OP", async () => {
    let pressed = 0;
    await page.route(`${rp.base}/**`, (route) => {
      if (route.request().method() === "POST") pressed += 1;
      return route.continue();
    });
    // What an app shows before a sign-in and after it: a form with a password, and a Logout button.
    const form = `<form method="post" action="${rp.base}/x"><input name="u"><input type="password"><button>Logout</button></form>`;
    const show = (element: HTMLElement, html: string) => {
      element.innerHTML = html;
    };
    await page.goto(`${rp.base}/`);
    await page.locator("body").evaluate(show, form);
    const login = generic.login(page, alice, context);
    const request = await rp.authorizationRequest();
    await page.goto(request.url);
    await login;
    await page.locator("body").evaluate(show, form);
    const question = generic.confirmLogout(page, context);
    const { idToken } = await signIn();
    await page.goto(logoutUrl(idToken));
    await question;
    await page.waitForURL(`${rp.postLogoutUri}*`);
    assert.equal(pressed, 0);
    assert.equal(await isSignedIn(), false);
  });

  for (const logout of ["yes or no", "yes"] as const)
    it(`answers the question with ${logout}`, async () => {
      op.pages.logout = logout;
      const { idToken } = await signIn();
      await page.goto(logoutUrl(idToken));
      await generic.declineLogout(page, context);
      await page.waitForURL((url) => url.href === "about:blank" || url.pathname === "/logout");
      assert.equal(await isSignedIn(), true);
      const again = (await signIn()).idToken;
      await page.goto(logoutUrl(again));
      await generic.confirmLogout(page, context);
      await page.waitForURL(`${rp.postLogoutUri}*`);
      assert.equal(await isSignedIn(), false);
    });

  it("is stuck in one line where the OP asks for more, and has a picture of it", async () => {
    op.pages.signIn = "one-time code";
    const request = await rp.authorizationRequest();
    await page.goto(request.url);
    await assert.rejects(generic.login(page, alice, context), (error) => {
      assert.ok(error instanceof Stuck, String(error));
      assert.match(
        error.message,
        /^the browser was left at \S+\/interaction\/[^?]+, which asks for more .*"Verify"/,
      );
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    assert.equal(op.signIns, 1);
    const [, file = ""] = /\(picture: (.*)\)$/.exec(await placeOf(page, context)) ?? [];
    assert.ok(existsSync(file), file);
  });

  it("does not repeat a wrong password", async () => {
    const request = await rp.authorizationRequest();
    await page.goto(request.url);
    await assert.rejects(generic.login(page, { ...alice, password: "wrong" }, context), {
      name: "Stuck",
      message: /asks for the password again: the password is wrong or the user alice does not exist/,
    });
    assert.equal(op.signIns, 1);
  });
});
