import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import {
  goOn,
  isSignedIn,
  logoutUrl,
  type OpUnderTest,
  opUnderTest,
  signIn,
  userinfoStatus,
} from "./testing/op-under-test.ts";

type SignedIn = Awaited<ReturnType<typeof signIn>>;

describe("logout everywhere", () => {
  let op: OpUnderTest;
  let here: HttpBrowser;
  let other: HttpBrowser;
  let bobs: HttpBrowser;
  let photosHere: SignedIn;
  let photosThere: SignedIn;
  /** Alice here and in another browser, Bob in a third; `photos` may skip the question. */
  beforeEach(async () => {
    op = await opUnderTest(":memory:", 0, { metadata: { skip_logout_consent: true } });
    [here, other, bobs] = [new HttpBrowser(), new HttpBrowser(), new HttpBrowser()];
    photosHere = await signIn(op, here, "photos");
    photosThere = await signIn(op, other, "photos");
    await signIn(op, other, "albums");
    await signIn(op, bobs, "photos", "bob");
  });
  afterEach(() => op.close());

  const request = (more: Record<string, string> = {}) => ({
    id_token_hint: photosHere.idToken,
    post_logout_redirect_uri: `${op.photos.base}/logout`,
    state: "s",
    everywhere: "true",
    ...more,
  });
  const question = (more?: Record<string, string>): Promise<Visit> => here.get(logoutUrl(op, request(more)));

  const signedIn = (): Promise<boolean[]> =>
    Promise.all([here, other, bobs].map((browser) => isSignedIn(op, browser)));

  const notifiedOf = (client: "photos" | "albums"): unknown[] =>
    op[client].logoutTokens.map((token) => decodeJwt(token).sid).sort();

  it("asks even if consent is skipped, and lists the number of sessions and their apps", async () => {
    const page = await question();
    assert.match(page.text, /Do you want to log out everywhere\?/);
    assert.match(page.text, /<b>alice<\/b> has 2 sessions at this OpenID Provider/);
    assert.match(
      page.text,
      /<li><b>photos<\/b><\/li><li><b>albums<\/b><\/li>|<li><b>albums<\/b><\/li><li><b>photos<\/b><\/li>/,
    );
    assert.deepEqual(await signedIn(), [true, true, true]);
    assert.equal(op.photos.logoutTokens.length, 0);
  });

  it("says if it is the only session, or if no app has used it", async () => {
    const everywhere = `${op.origin}/oidc/logout?everywhere=true`;
    const ofBob = await bobs.get(everywhere);
    assert.match(ofBob.text, /<b>bob<\/b> has one session at this OpenID Provider, in this browser\./);
    const fresh = new HttpBrowser();
    await fresh.submit(await fresh.get(`${op.origin}/sessions`), { username: "grace", password: "grace" });
    assert.match((await fresh.get(everywhere)).text, /No app has used it\./);
  });

  it("Yes: all sessions of the user end, every app is notified, and no other user is logged out", async () => {
    const page = await here.submit(await question(), { logout: "yes" });
    assert.equal(goOn(page).location, `${op.photos.base}/logout?state=s`);
    assert.deepEqual(await signedIn(), [false, false, true]);
    const sids = [photosHere.claims.sid, photosThere.claims.sid];
    assert.deepEqual(notifiedOf("photos"), [...sids].sort());
    assert.deepEqual(notifiedOf("albums"), [photosThere.claims.sid]);
    for (const { accessToken } of [photosHere, photosThere])
      assert.equal(await userinfoStatus(op, accessToken), 401);
    const frames = [...page.text.matchAll(/<iframe[^>]* src="[^"]*sid=([^"&]*)"/g)].map(([, sid]) => sid);
    assert.deepEqual(frames, [photosHere.claims.sid], "only the apps in this browser");
  });

  it("No: every session continues", async () => {
    const answer = await here.submit(await question(), {}, "/oidc/logout/deny");
    assert.match(answer.location ?? "", /error=access_denied/);
    assert.deepEqual(await signedIn(), [true, true, true]);
    assert.deepEqual(notifiedOf("photos"), []);
  });

  it("works by POST, even from another site", async () => {
    const endpoint = `${op.origin}/oidc/logout`;
    const handOn = await new HttpBrowser().post(endpoint, request(), "https://elsewhere.example");
    const page = await here.submit(handOn, {});
    assert.match(page.text, /Do you want to log out everywhere\?/);
    await here.submit(page, { logout: "yes" });
    assert.deepEqual(await signedIn(), [false, false, true]);
  });

  it("ends the sessions of the user signed in here, even if the hint is from another user", async () => {
    const { idToken } = await signIn(op, bobs, "photos", "bob");
    const page = await question({ id_token_hint: idToken });
    assert.match(page.text, /log out <b>bob<\/b>, but you are signed in as <b>alice<\/b>/);
    await here.submit(page, { logout: "yes" });
    assert.deepEqual(await signedIn(), [false, false, true]);
  });

  it("follows the question: neither the answer's form nor an older page can change it", async () => {
    const plain = await here.get(logoutUrl(op, { client_id: "photos" }));
    await question();
    assert.equal((await here.submit(plain, { logout: "yes" })).status, 400);
    const again = await here.get(logoutUrl(op, { client_id: "photos" }));
    assert.match(again.text, /Do you want to log out\?/);
    await here.submit(again, { logout: "yes", everywhere: "true" });
    assert.deepEqual(await signedIn(), [false, true, true]);
  });

  it("is requested only with the value true", async () => {
    for (const everywhere of ["false", "TRUE", "1", ""]) {
      const page = await question({ everywhere });
      assert.equal(page.status, 400, everywhere);
      assert.equal(page.location, undefined);
      assert.match(page.text, /The parameter everywhere must be true/);
    }
    assert.equal((await here.get(`${logoutUrl(op, request())}&everywhere=true`)).status, 400);
    assert.deepEqual(await signedIn(), [true, true, true]);
  });
});
