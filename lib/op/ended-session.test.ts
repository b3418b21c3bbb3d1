import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { OpStore } from "./store/op-store.ts";
import {
  authorizationUrl,
  authorize,
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  responseOf,
  signIn,
} from "./testing/op-under-test.ts";
import { accepted } from "./testing/relying-party.ts";

describe("a session that ends", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
    await signIn(op, new HttpBrowser(), "albums"); // so that a silent login needs no consent
  });
  afterEach(async () => {
    mock.restoreAll();
    await op.close();
  });

  const silentLogin = (at: HttpBrowser): Promise<Visit> =>
    at.get(authorizationUrl(op, { client: "albums", response_type: "code id_token token", prompt: "none" }));

  const question = (idToken: string): Promise<Visit> =>
    browser.get(
      logoutUrl(op, { id_token_hint: idToken, post_logout_redirect_uri: `${op.photos.base}/logout` }),
    );

  it("admits no app while the others are still being notified", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const page = await question(idToken);
    const elsewhere = browser.copy();
    const held: ServerResponse[] = [];
    op.photos.answer = (response) => held.push(response);
    const answer = browser.submit(page, { logout: "yes" });
    await op.photos.received;
    const late = responseOf(await silentLogin(elsewhere));
    for (const response of held) accepted(response);
    goOn(await answer);
    assert.equal(late.get("error"), "login_required");
  });

  it("fails an authorization in progress: no tokens, and the session does not come back", async () => {
    await signIn(op, browser, "photos");
    const consentedScopes = OpStore.prototype.consentedScopes;
    const stores = new Set<OpStore>();
    mock.method(OpStore.prototype, "consentedScopes", function (this: OpStore, ...of: [string, string]) {
      stores.add(this);
      const uid = this.sessions().find(({ authorizations }) => authorizations?.photos)?.uid;
      this.takeSession(uid ?? "");
      return consentedScopes.apply(this, of);
    });
    const upserts = mock.method(OpStore.prototype, "upsert");
    const visit = await silentLogin(browser);
    const made = upserts.mock.calls
      .map((call) => call.arguments)
      .filter(([model]) => ["Grant", "AuthorizationCode", "AccessToken"].includes(model));
    assert.equal(visit.status, 303);
    const response = responseOf(visit);
    mock.restoreAll();
    assert.equal(response.get("error"), "login_required");
    for (const parameter of ["code", "id_token", "access_token"])
      assert.equal(response.has(parameter), false);
    assert.equal(await isSignedIn(op, browser), false);
    const [store] = stores;
    assert.equal(made.length, 3);
    for (const [model, id] of made) assert.equal(store?.find(model, id), undefined, `${model} is left`);
    assert.deepEqual(
      store?.sessions().map(({ authorizations }) => Object.keys(authorizations ?? {})),
      [["albums"]],
    );
  });

  it("notifies an app that joined after the question was asked", async () => {
    const { idToken, claims } = await signIn(op, browser, "photos");
    const page = await question(idToken);
    assert.ok(responseOf(await silentLogin(browser)).has("id_token"));
    goOn(await browser.submit(page, { logout: "yes" }));
    assert.equal(decodeJwt(op.albums.logoutTokens[0] ?? "").sid, claims.sid);
  });

  it("does not end by a new sign-in of its user: at every moment its apps are stored", async () => {
    await signIn(op, browser, "photos");
    const left: string[][] = [];
    const destroy = OpStore.prototype.destroy;
    mock.method(OpStore.prototype, "destroy", function (this: OpStore, model: string, id: string) {
      destroy.call(this, model, id);
      const joined = this.sessions().map(({ authorizations }) => Object.keys(authorizations ?? {}));
      if (model === "Session") left.push(joined.flat().sort());
    });
    assert.ok(responseOf(await authorize(op, browser, { prompt: "login" })).has("code"));
    assert.deepEqual(left, [["albums", "photos"]]);
  });

  it("notifies the other apps if the stored metadata of one is no longer valid", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const page = await question(idToken);
    const find = OpStore.prototype.find;
    mock.method(OpStore.prototype, "find", function (this: OpStore, model: string, id: string) {
      const found = find.call(this, model, id);
      return model === "Client" && id === "albums" ? { ...found, redirect_uris: [] } : found;
    });
    goOn(await browser.submit(page, { logout: "yes" }));
    assert.equal(op.photos.logoutTokens.length, 1);
  });

  it("ends once, however often Yes is pressed and however the path is spelt", async () => {
    const { idToken } = await signIn(op, browser, "photos");
    const page = await question(idToken);
    const elsewhere = browser.copy();
    const held: ServerResponse[] = [];
    op.photos.answer = (response) => held.push(response);
    const answer = browser.submit(page, { logout: "yes" }, "/OIDC/logout/Confirm/");
    await op.photos.received;
    assert.equal(await isSignedIn(op, elsewhere), false);
    assert.equal((await elsewhere.submit(page, { logout: "yes" })).status, 400);
    for (const response of held) accepted(response);
    assert.equal(goOn(await answer).location, `${op.photos.base}/logout`);
    assert.equal(op.photos.logoutTokens.length, 1);
  });
});
