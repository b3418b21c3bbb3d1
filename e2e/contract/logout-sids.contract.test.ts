/** Logout tokens whose sid has been used before, or is not that of any session here. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertAccepted, sendToken } from "../support/logout-requests.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });

describe("a logout token", () => {
  for (const [whose, who] of Object.entries({ "the same user": "user", "another user": "other" }))
    test(`does not lock out ${whose}: a later sign-in with its sid gets in, with a warning`, async () => {
      const { sub, sid } = newUser();
      await signIn(issuer, rp, { sub, sid });
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub, sid }))));
      const again = who === "user" ? sub : newUser().sub;
      const browser = await signIn(issuer, rp, { sub: again, sid });
      assert.equal((await sessionOf(browser, rp)).user, again);
      assert.match((await browser.get(`${rp.base}/oauth2`)).text, /a sid that was logged out at 20/);
      await rp.printed("The OpenID Provider reused a sid: a sid that was logged out at 20");
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub: again, sid }))));
      assert.equal((await sessionOf(browser, rp)).user, null, "its own logout ends it");
    });

  test("with sub and sid ends the user's session whose ID Token had no sid", async () => {
    const { sub, sid } = newUser();
    const other = newUser();
    const [without, foreign] = [
      await signIn(issuer, rp, { sub, sid: undefined }),
      await signIn(issuer, rp, { sub: other.sub, sid: undefined }),
    ];
    await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ sub, sid }))));
    assert.deepEqual(
      [(await sessionOf(without, rp)).user, (await sessionOf(foreign, rp)).user],
      [null, other.sub],
    );
  });

  test("that ends no session warns why, if the user is logged in here", async () => {
    const [{ sub, sid }, without] = [newUser(), newUser()];
    await signIn(issuer, rp, { sub, sid });
    const typed = `typed-${crypto.randomUUID()}`;
    const elsewhere = newUser();
    await signIn(issuer, rp, { ...elsewhere, aud: typed }, { client_id: typed });
    await signIn(issuer, rp, { ...without, sid: undefined });
    const shown = async (claims: Record<string, unknown>) => {
      await assertAccepted(await sendToken(rp, await issuer.sign(issuer.logoutClaims(claims))));
      return (await fetch(`${rp.base}/`)).text();
    };
    const otherSid = await shown({ sub, sid: `${sid}-other` });
    assert.match(
      otherSid,
      /no matching session here\. The user is logged in here, but in a session with another sid/,
    );
    await rp.printed(`No session found for the sid: ${sid}-other. The user is logged in here`);
    assert.match(
      await shown({ ...elsewhere }),
      /through another client than the one that the logout token is for/,
    );
    assert.match(
      await shown({ sub: undefined, sid: without.sid }),
      /A session here has no sid, since its ID Token/,
    );
  });
});
