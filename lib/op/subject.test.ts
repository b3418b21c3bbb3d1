import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { loadKeys } from "./keys.ts";
import { OpStore } from "./store/op-store.ts";
import { subjectAt } from "./subject.ts";
import {
  adminAuthorization,
  authorizationUrl,
  authorize,
  basic,
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  register,
  responseOf,
  signIn,
  tokenRequest,
} from "./testing/op-under-test.ts";
import { type RegisteredClient, registeredClient } from "./testing/registered-client.ts";

describe("a client with pairwise subjects", () => {
  let op: OpUnderTest;
  let browser: HttpBrowser;
  let client: RegisteredClient;
  beforeEach(async () => {
    op = await opUnderTest();
    browser = new HttpBrowser();
    client = await registeredClient(op, { subject_type: "pairwise" });
  });
  afterEach(() => op.close());

  async function implicit({ clientId }: RegisteredClient, at = browser, user = "alice") {
    const request = { client_id: clientId, response_type: "id_token token" };
    const response = responseOf(await authorize(op, at, request, user));
    const idToken = response.get("id_token") ?? "";
    return { idToken, claims: decodeJwt(idToken), accessToken: response.get("access_token") ?? "" };
  }

  const question = (idToken: string, more: Record<string, string> = {}): Promise<Visit> =>
    browser.get(
      logoutUrl(op, {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${op.photos.base}/logout`,
        ...more,
      }),
    );

  it("gets the same pairwise sub everywhere", async () => {
    const { claims, accessToken } = await implicit(client);
    assert.match(String(claims.sub), /^[\w-]{43}$/);
    assert.notEqual((await implicit(client, new HttpBrowser(), "bob")).claims.sub, claims.sub);

    const authorization = `Bearer ${accessToken}`;
    const userinfo = await fetch(`${op.origin}/oauth2/userinfo`, { headers: { authorization } });
    assert.equal(((await userinfo.json()) as { sub: string }).sub, claims.sub);

    const own = basic(client.clientId, client.secret);
    const introspection = await fetch(`${op.origin}/oauth2/introspect`, {
      method: "POST",
      headers: { authorization: own },
      body: new URLSearchParams({ token: accessToken }),
    });
    assert.equal(((await introspection.json()) as { sub: string }).sub, claims.sub);

    const fields = { grant_type: "password", username: "alice", password: "alice", scope: "openid" };
    const tokens = (await (await tokenRequest(op, fields, own)).json()) as { id_token: string };
    assert.equal(decodeJwt(tokens.id_token).sub, claims.sub);
  });

  it("gets logout tokens with its own sub, whichever app starts the logout", async () => {
    const { claims } = await implicit(client);
    const { idToken, claims: ofPhotos } = await signIn(op, browser, "photos");
    const subjects = () => op.photos.logoutTokens.map((token) => decodeJwt(token).sub).sort();
    goOn(await browser.submit(await question(idToken), { logout: "yes" }));
    assert.deepEqual(subjects(), [claims.sub, ofPhotos.sub].sort());

    op.photos.logoutTokens.length = 0;
    await implicit(client);
    await browser.submit(await browser.get(`${op.origin}/sessions`), {});
    assert.deepEqual(subjects(), [claims.sub]);
  });

  it("logs its user out with its ID Token, and the page shows the username", async () => {
    const { idToken } = await implicit(client);
    const page = await question(idToken);
    assert.match(page.text, new RegExp(`<b>${client.clientId}</b> asks to log out <b>alice</b>\\.`));
    assert.equal((await browser.submit(page, { logout: "yes" })).location, `${op.photos.base}/logout`);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("gets a question that says if the hint is from another user or a different session", async () => {
    const { idToken: ofBob } = await implicit(client, new HttpBrowser(), "bob");
    const { idToken: elsewhere } = await implicit(client, new HttpBrowser());
    await implicit(client);
    const ofAnother = await question(ofBob);
    assert.match(ofAnother.text, /asks to log out another user, but you are signed in as <b>alice<\/b>/);
    assert.match(
      (await question(elsewhere)).text,
      /asks to log out <b>alice<\/b>, but from a different session/,
    );
  });

  it("can skip the question if the hint is from this session", async () => {
    const unasked = await registeredClient(op, { subject_type: "pairwise", skip_logout_consent: true });
    const { idToken: ofBob } = await implicit(unasked, new HttpBrowser(), "bob");
    const { idToken } = await implicit(unasked);
    assert.match((await question(ofBob)).text, /Do you want to log out\?/);
    assert.equal((await question(idToken)).location, `${op.photos.base}/logout`);
    assert.equal(await isSignedIn(op, browser), false);
  });

  it("can end all sessions of its user", async () => {
    const other = new HttpBrowser();
    await implicit(client, other);
    const { idToken } = await implicit(client);
    const page = await question(idToken, { everywhere: "true" });
    assert.match(page.text, /asks to log out <b>alice<\/b>\./);
    await browser.submit(page, { logout: "yes" });
    assert.equal(await isSignedIn(op, other), false);
    assert.equal(op.photos.logoutTokens.length, 2);
  });

  it("can check silently with its ID Token if the same user is still signed in", async () => {
    const { idToken } = await implicit(client);
    const { idToken: ofBob } = await implicit(client, new HttpBrowser(), "bob");
    const silent = async (id_token_hint: string) => {
      const request = { client_id: client.clientId, prompt: "none", id_token_hint };
      return responseOf(await browser.get(authorizationUrl(op, request)));
    };
    assert.ok((await silent(idToken)).has("code"));
    assert.equal((await silent(ofBob)).get("error"), "login_required");
  });

  it("is only registered if all redirect URIs are on one host", async () => {
    const redirect_uris = [`${op.photos.base}/oauth2client`, `${op.albums.base}/oauth2client`];
    const { status, body } = await register(
      op,
      { redirect_uris, subject_type: "pairwise" },
      adminAuthorization,
    );
    assert.equal(status, 400);
    assert.match(String(body.error_description), /sector_identifier_uri is mandatory/);
  });
});

it("a pairwise subject depends on user, sector and salt; a public one is the username", async () => {
  const [keys, others] = await Promise.all([
    loadKeys(new OpStore(":memory:")),
    loadKeys(new OpStore(":memory:")),
  ]);
  const client = { subjectType: "pairwise", sectorIdentifier: "photos.example" };
  const subjects = [
    subjectAt(keys, client, "alice"),
    subjectAt(keys, client, "bob"),
    subjectAt(keys, { ...client, sectorIdentifier: "albums.example" }, "alice"),
    subjectAt(others, client, "alice"),
  ];
  assert.equal(new Set(subjects).size, subjects.length);
  assert.equal(subjectAt(keys, { ...client }, "alice"), subjects[0]);
  assert.equal(subjectAt(keys, { subjectType: "public" }, "alice"), "alice");
});
