/** POST /bclogout over HTTP against the running app: what it takes, and what that does to sessions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, assertRefused, send, sendToken } from "../support/logout-requests.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

const { issuer, rp } = await appUnderTest();

/** A user and OP session of its own for each test that ends one. */
const someone = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });

describe("accepted", () => {
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
    "an extra form field": { extra: "ignored_parameter=x" },
    "aud array with us": { claims: { aud: ["other", "playground2"] } },
    "an event with members": { claims: { events: { [backchannelLogoutEvent]: { reason: "x" } } } },
    "a second event": { claims: { events: { [backchannelLogoutEvent]: {}, "urn:other": {} } } },
    "sid with odd characters": { claims: { sid: "a b&c#d+e%" } },
  };
  for (const [name, { claims, header, extra }] of Object.entries(accepted)) {
    test(name, async () => {
      const who = { ...someone(), ...(claims?.sid ? { sid: claims.sid } : {}) };
      const browser = await signIn(issuer, rp, who);
      const token = await issuer.sign(issuer.logoutClaims({ ...who, ...claims }), header);
      await assertAccepted(await send(rp, `logout_token=${token}${extra ? `&${extra}` : ""}`));
      const session = await sessionOf(browser, rp);
      assert.equal(session.user, null);
      assert.equal(session.loggedOutBy, "back-channel");
    });
  }

  test("dates with a fraction, and an expiry beyond every calendar", async () => {
    const iat = Math.floor(Date.now() / 1000) - 0.5;
    for (const odd of [{ iat }, { exp: 9_999_999_999_999 }, { iat, exp: iat + 120 }]) {
      const who = someone();
      const browser = await signIn(issuer, rp, { ...who, exp: 9_999_999_999_999, updated_at: 9e15 });
      assert.equal((await browser.get(`${rp.base}/oauth2`)).status, 200);
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who, ...odd }))));
      assert.equal((await sessionOf(browser, rp)).user, null);
    }
  });

  test("an unknown sid or sub is success: the user is logged out already", async () => {
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(someone()))));
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub: someone().sub, sid: undefined }))),
    );
  });

  test("a sub unlike the session's does not matter when the sid matches", async () => {
    const who = someone();
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

describe("sessions", () => {
  test("sid ends one of two sessions of a user; sub without sid ends the rest", async () => {
    const { sub } = someone();
    const [first, second, third] = await Promise.all(
      ["1", "2", "3"].map((n) => signIn(issuer, rp, { sub, sid: `${sub}-${n}` })),
    );
    const other = await signIn(issuer, rp, someone());
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

  test("the right sub with the sid of another user ends that session only", async () => {
    const [alice, bob] = [someone(), someone()];
    const [atAlice, atBob] = await Promise.all([signIn(issuer, rp, alice), signIn(issuer, rp, bob)]);
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub: alice.sub, sid: bob.sid }))),
    );
    assert.equal((await sessionOf(atAlice, rp)).user, alice.sub);
    assert.equal((await sessionOf(atBob, rp)).user, null);
  });

  test("a replayed token is refused and does not end the session that the user has begun since", async () => {
    const who = someone();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims({ ...who, sid: undefined }));
    await assertAccepted(await sendToken(rp, token));
    const again = await signIn(issuer, rp, { sub: who.sub, sid: `${who.sid}-new` });
    await assertRefused(await sendToken(rp, token));
    assert.equal((await sessionOf(again, rp)).user, who.sub);
  });

  test("of two deliveries of one token at once exactly one is accepted", async () => {
    const token = await issuer.sign(issuer.logoutClaims(someone()));
    const statuses = await Promise.all(
      [sendToken(rp, token), sendToken(rp, token)].map(async (sent) => (await sent).status),
    );
    assert.deepEqual(statuses.sort(), [200, 400]);
  });

  for (const [name, names] of Object.entries({ sid: ["sub", "sid"], sub: ["sub"] })) {
    test(`a logout by ${name} that comes while the callback runs wins`, async () => {
      const who: Record<string, string> = someone();
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
      if (name === "sub") await signIn(issuer, rp, who);
    });
  }

  test("a client typed into the form is a client of this app: while its callback runs, and after a second login", async () => {
    const typed = `typed-${crypto.randomUUID()}`;
    const who = someone();
    const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "no", client_id: typed });
    const id_token = await issuer.sign(issuer.idClaims({ ...who, aud: typed, nonce: asked.nonce }));
    issuer.token = async () => {
      await assertAccepted(
        await sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who, aud: typed }))),
      );
      return { json: { access_token: "a", token_type: "Bearer", id_token } };
    };
    assert.equal((await respondTo(asked, issuer, rp, { code: "c" })).status, 400);

    const [first, second] = [someone(), someone()];
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

  test("unsigned rubbish does not push the diagnosis off the page", async () => {
    await sendToken(rp, await issuer.sign(issuer.logoutClaims({ aud: "playground3" })));
    for (let n = 0; n < 10; n++) await sendToken(rp, `rubbish-${n}`);
    assert.match(await (await fetch(`${rp.base}/`)).text(), /your back-channel URLs are crossed/);
  });

  test("a claim cannot forge a line of the log", async () => {
    const sid = `x\n[00:00:00] INFO: Session invalidated successfully for sid: forged\u001b[31m`;
    await assertAccepted(
      await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sid, jti: crypto.randomUUID() }))),
    );
    await rp.printed("for sid: forged");
    assert.doesNotMatch(rp.output(), /^\[00:00:00\]/m);
    assert.ok(!rp.output().includes("\u001b[31m"));
  });

  test("crossed back-channel URLs are named as such, in the answer and on the page", async () => {
    const token = await issuer.sign(issuer.logoutClaims({ aud: "playground3" }));
    const response = await sendToken(rp, token);
    assert.match(
      await response.clone().text(),
      /for client playground3, not for playground2: your back-channel URLs are crossed/,
    );
    await assertRefused(response);
    assert.match(await (await fetch(`${rp.base}/`)).text(), /your back-channel URLs are crossed/);
  });

  test("the log reads as the tutorial says and holds no token", async () => {
    const who = someone();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims(who));
    await assertAccepted(await sendToken(rp, token));
    await rp.printed(`Session invalidated successfully for sid: ${who.sid}`);
    assert.match(rp.output(), /Backchannel logout request received\./);
    assert.ok(!rp.output().includes(token));
  });
});

test("503 with Retry-After while the issuer's keys cannot be had, then 200 for the same token", async () => {
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

test("strict mode demands typ and exp; legacy-wso2 mode takes the old event claim", async (t) => {
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
