/** R: RP-Initiated Logout 1.0, what must work. */
import type { Check } from "../check.ts";
import { logOut, usualParameters } from "../logout.ts";
import { assertAsksForPassword, assertCookiesDead, assertLoggedOut, signInAt } from "../oracles.ts";

export const rpInitiated: Check[] = [
  {
    id: "R-01",
    title: "A logout request by GET ends the OP session",
    clause: "RIL 2",
    severity: "critical",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const [session] = await signInAt(t, browser, t.alice, a, b);
      const jar = await browser.cookies();
      const { arrived } = await logOut(t, browser, a, { parameters: usualParameters(session) });
      t.require(
        arrived?.rp === a,
        "The browser did not come back to the registered post_logout_redirect_uri.",
      );
      await assertLoggedOut(t, browser, a, b);
      await assertCookiesDead(t, jar, a);
    },
  },
  {
    id: "R-02",
    title: "A logout request by POST from another site ends the OP session",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    eachCookieMode: true,
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const { arrived } = await logOut(t, browser, a, {
        parameters: usualParameters(session),
        method: "POST",
      });
      t.require(
        arrived?.rp === a,
        "The browser did not come back to the registered post_logout_redirect_uri.",
      );
      await assertLoggedOut(t, browser, a);
    },
  },
  {
    id: "R-52",
    title: "After a logout the next sign-in asks for the password",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      await logOut(t, browser, a, { parameters: usualParameters(session) });
      await assertAsksForPassword(t, browser, a);
    },
  },
];
