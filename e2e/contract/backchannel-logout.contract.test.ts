/** POST /bclogout over HTTP: the logout tokens that the app accepts, and the sessions that they end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, assertRefused, send, sendToken } from "../support/logout-requests.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

const { issuer, rp } = await appUnderTest();

/** A new user and OP session, so that tests do not end each other's sessions. */
const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });

describe("a logout token is accepted with", () => {
  const accepted: Record<
    string,
    { claims?: Record<string, unknown>; header?: Record<string, unknown>; extra?: string }
  > = {
    "no typ": {},
    "typ JWT": { header: { typ: "JWT" } },
    "typ logout+jwt": { header: { typ: "logout+jwt" } },
    "typ application/logout+jwt": { header: { typ: "application/logout+jwt" } },
    "typ LOGOUT+JWT": { header: { typ: "LOGOUT+JWT" } },
    "no kid": { header: { kid: undefined } },
    "no exp": { claims: { exp: undefined } },
    "unknown claims": { claims: { ignored_claim: "x" } },
    "another form field": { extra: "ignored_parameter=x" },
    "an aud array that contains this client": { claims: { aud: ["other", "playground2"] } },
    "an event with members": { claims: { events: { [backchannelLogoutEvent]: { reason: "x" } } } },
    "a second event": { claims: { events: { [backchannelLogoutEvent]: {}, "urn:other": {} } } },
    "a sid with special characters": { claims: { sid: "a b&c#d+e%" } },
  };
  for (const [name, { claims, header, extra }] of Object.entries(accepted)) {
    test(name, async () => {
      const who = { ...newUser(), ...(claims?.sid ? { sid: claims.sid } : {}) };
      const browser = await signIn(issuer, rp, who);
      const token = await issuer.sign(issuer.logoutClaims({ ...who, ...claims }), header);
      await assertAccepted(await send(rp, `logout_token=${token}${extra ? `&${extra}` : ""}`));
      const session = await sessionOf(browser, rp);
      assert.equal(session.user, null);
      assert.equal(session.loggedOutBy, "back-channel");
    });
  }

  test("a query in the registered URL (BCL 2.2), where Next hands it to the same endpoint", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims(who));
    await assertAccepted(await send(rp, `logout_token=${token}`, {}, "?tenant=1"));
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "back-channel");
    await assertRefused(await sendToken(rp, token));
  });

  test("fractional dates, and an exp in the far future", async () => {
    const iat = Math.floor(Date.now() / 1000) - 0.5;
    for (const odd of [{ iat }, { exp: 9_999_999_999_999 }, { iat, exp: iat + 120 }]) {
      const who = newUser();
      const browser = await signIn(issuer, rp, { ...who, exp: 9_999_999_999_999, updated_at: 9e15 });
      assert.equal((await browser.get(`${rp.base}/oauth2`)).status, 200);
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who, ...odd }))));
      assert.equal((await sessionOf(browser, rp)).user, null);
    }
  });

  test("an unknown sid or sub: the user is already logged out", async () => {
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(newUser()))));
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub: newUser().sub, sid: undefined }))),
    );
  });

  test("a matching sid, even if the sub differs from the session's", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    await assertAccepted(
      await sendToken(
        rp,
        await issuer.sign(issuer.logoutClaims({ sid: who.sid, sub: "pairwise-elsewhere" })),
      ),
    );
    assert.equal((await sessionOf(browser, rp)).user, null);
  });
});

describe("a logout token", () => {
  test("with a sid ends one of the user's sessions; with only a sub it ends the rest", async () => {
    const { sub } = newUser();
    const [first, second, third] = await Promise.all(
      ["1", "2", "3"].map((n) => signIn(issuer, rp, { sub, sid: `${sub}-${n}` })),
    );
    const other = await signIn(issuer, rp, newUser());
    assert.ok(first && second && third);
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub, sid: `${sub}-1` }))),
    );
    assert.deepEqual([(await sessionOf(first, rp)).user, (await sessionOf(second, rp)).user], [null, sub]);
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub, sid: undefined }))),
    );
    assert.deepEqual([(await sessionOf(second, rp)).user, (await sessionOf(third, rp)).user], [null, null]);
    assert.notEqual((await sessionOf(other, rp)).user, null);
  });

  test("with one user's sub and another user's sid ends only the session with that sid", async () => {
    const [alice, bob] = [newUser(), newUser()];
    const [atAlice, atBob] = await Promise.all([signIn(issuer, rp, alice), signIn(issuer, rp, bob)]);
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub: alice.sub, sid: bob.sid }))),
    );
    assert.equal((await sessionOf(atAlice, rp)).user, alice.sub);
    assert.equal((await sessionOf(atBob, rp)).user, null);
  });

  test("is refused when replayed, and does not end the session started since", async () => {
    const who = newUser();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims({ ...who, sid: undefined }));
    await assertAccepted(await sendToken(rp, token));
    const again = await signIn(issuer, rp, { sub: who.sub, sid: `${who.sid}-new` });
    await assertRefused(await sendToken(rp, token));
    assert.equal((await sessionOf(again, rp)).user, who.sub);
  });

  test("is accepted exactly once if it is delivered twice concurrently", async () => {
    const token = await issuer.sign(issuer.logoutClaims(newUser()));
    const statuses = await Promise.all(
      [sendToken(rp, token), sendToken(rp, token)].map(async (sent) => (await sent).status),
    );
    assert.deepEqual(statuses.sort(), [200, 400]);
  });

  for (const [name, names] of Object.entries({ sid: ["sub", "sid"], sub: ["sub"] })) {
    test(`by ${name} also prevents a sign-in whose callback is in progress`, async () => {
      const who: Record<string, string> = newUser();
      const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "no" });
      const id_token = await issuer.sign(issuer.idClaims({ ...who, nonce: asked.nonce }));
      const meant = {
        sub: undefined,
        sid: undefined,
        ...Object.fromEntries(names.map((claim) => [claim, who[claim]])),
      };
      // The token endpoint answers only after the logout token has been accepted.
      issuer.token = async () => {
        await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(meant))));
        return { json: { access_token: "a", token_type: "Bearer", id_token } };
      };
      const answer = await respondTo(asked, issuer, rp, { code: "c" });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /its logout came first/);
      assert.equal((await sessionOf(asked.browser, rp)).user, null);
      await signIn(issuer, rp, who);
    });
  }

  test("may be for a client from the form: while its callback runs, and after a second login", async () => {
    const typed = `typed-${crypto.randomUUID()}`;
    const who = newUser();
    const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "no", client_id: typed });
    const id_token = await issuer.sign(issuer.idClaims({ ...who, aud: typed, nonce: asked.nonce }));
    issuer.token = async () => {
      await assertAccepted(
        await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who, aud: typed }))),
      );
      return { json: { access_token: "a", token_type: "Bearer", id_token } };
    };
    assert.equal((await respondTo(asked, issuer, rp, { code: "c" })).status, 400);

    const [first, second] = [newUser(), newUser()];
    const other = `typed-${crypto.randomUUID()}`;
    const browser = await signIn(issuer, rp, { ...first, aud: typed }, { client_id: typed });
    await signIn(issuer, rp, { ...second, aud: other }, { client_id: other }, browser);
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...first, aud: typed }))),
    );
    assert.equal((await sessionOf(browser, rp)).user, second.sub);
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...second, aud: other }))),
    );
    assert.equal((await sessionOf(browser, rp)).user, null);
  });

  test("is still diagnosed on the page after later unsigned garbage", async () => {
    await sendToken(rp, await issuer.sign(issuer.logoutClaims({ aud: "playground3" })));
    for (let n = 0; n < 10; n++) await sendToken(rp, `rubbish-${n}`);
    assert.match(await (await fetch(`${rp.base}/`)).text(), /your back-channel URLs are crossed/);
  });

  test("cannot forge a log line with a claim", async () => {
    const sid = `x\n[00:00:00] INFO: Session invalidated successfully for sid: forged\u001b[31m`;
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sid, jti: crypto.randomUUID() }))),
    );
    await rp.printed("for sid: forged");
    assert.doesNotMatch(rp.output(), /^\[00:00:00\]/m);
    assert.ok(!rp.output().includes("\u001b[31m"));
  });

  test("for the other app is refused as crossed back-channel URLs, and the page says so", async () => {
    const token = await issuer.sign(issuer.logoutClaims({ aud: "playground3" }));
    const response = await sendToken(rp, token);
    assert.match(
      await response.clone().text(),
      /for client playground3, not for playground2: your back-channel URLs are crossed/,
    );
    await assertRefused(response);
    assert.match(await (await fetch(`${rp.base}/`)).text(), /your back-channel URLs are crossed/);
  });

  test("is logged as in the tutorial, but never in full", async () => {
    const who = newUser();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims(who));
    await assertAccepted(await sendToken(rp, token));
    await rp.printed(`Session invalidated successfully for sid: ${who.sid}`);
    assert.match(rp.output(), /Backchannel logout request received\./);
    assert.ok(!rp.output().includes(token));
  });
});

test("answers 503 with Retry-After while the issuer's keys are unavailable, then 200", async () => {
  const late = await TestIssuer.start();
  await late.down();
  const app = await startRp({ OP_ISSUER: late.issuer });
  try {
    const body = new URLSearchParams({ logout_token: await late.sign(late.logoutClaims()) });
    const refused = await fetch(`${app.base}/bclogout`, { method: "POST", body });
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    await late.up();
    assert.equal((await fetch(`${app.base}/bclogout`, { method: "POST", body })).status, 200);
  } finally {
    await app.stop();
    await late.down();
  }
});

test("strict mode requires typ and exp; legacy-wso2 mode accepts the old event claim", async (t) => {
  const strict = await startRp({ OP_ISSUER: issuer.issuer, LOGOUT_TOKEN_MODE: "strict" });
  t.after(() => strict.stop());
  const legacy = await startRp({ OP_ISSUER: issuer.issuer, LOGOUT_TOKEN_MODE: "legacy-wso2" });
  t.after(() => legacy.stop());
  const status = async (app: RpProcess, claims: Record<string, unknown>, header = {}) => {
    const body = new URLSearchParams({
      logout_token: await issuer.sign(issuer.logoutClaims(claims), header),
    });
    return (await fetch(`${app.base}/bclogout`, { method: "POST", body })).status;
  };
  const typ = { typ: "logout+jwt" };
  assert.deepEqual(
    [await status(strict, {}), await status(strict, { exp: undefined }, typ), await status(strict, {}, typ)],
    [400, 400, 200],
  );
  const old = { events: undefined, event: {} };
  assert.deepEqual(
    [await status(strict, old, typ), await status(legacy, old), await status(legacy, {})],
    [400, 200, 200],
  );
});
