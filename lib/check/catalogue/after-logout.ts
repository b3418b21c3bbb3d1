/** R: what remains of a session after its end. */
import { ResponseBodyError } from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import {
  assertAsksForPassword,
  assertCookiesDead,
  assertLoggedOut,
  assertNotSignedIn,
} from "../judge/oracles.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";

/** Whether the refresh token yields new tokens. If the OP rotates it, the session holds the new one. */
async function refreshes(report: CheckReport, session: SignIn): Promise<boolean> {
  try {
    const tokens = await session.rp.tokens("refresh_token", { refresh_token: session.refreshToken ?? "" });
    session.refreshToken = tokens.refresh_token ?? session.refreshToken;
    return true;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    report.note("refresh token refused", error.message);
    const word = error.detail instanceof ResponseBodyError ? error.detail.error : undefined;
    if (word === undefined && /\bHTTP 400\b/.test(error.message)) {
      report.warn(
        `A refresh token is refused without an error code that a client can read: ${error.message}`,
      );
      return false;
    }
    report.require(
      word === "invalid_grant",
      `A refresh token is refused, but not with invalid_grant: ${word ?? error.message}`,
    );
    return false;
  }
}

async function userInfoStatus(t: Trial, { accessToken = "" }: SignIn): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await t.context.fetch(t.metadata.userinfo_endpoint ?? "", { headers })).status;
}

export const afterLogout: Check[] = [
  {
    id: "R-43",
    title: "The OP's cookies from before the logout sign no one in, one by one or together",
    clause: "RIL 2",
    severity: "critical",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const first = await t.signIn(browser, a, t.alice);
      const early = await browser.cookies();
      await t.signIn(browser, b, t.alice);
      const late = await browser.cookies();
      const thief = await t.browser();
      await thief.addCookies(late);
      const before = await t.ask(thief, a);
      if ("error" in before)
        t.report.measure(`Copied cookies do not sign in even before the logout: ${before.error}.`);
      await logOut(t, browser, a, { parameters: usualParameters(first) });
      await assertLoggedOut(t, browser, a);
      await assertNotSignedIn(t, thief, a, b);
      await assertCookiesDead(t, late, b);
      await assertCookiesDead(t, early, a);
      const alone = await t.browser();
      for (const cookie of late) {
        t.report.note("one cookie alone", cookie.name);
        await alone.clearCookies();
        await alone.addCookies([cookie]);
        await assertNotSignedIn(t, alone, a);
      }
    },
  },
  {
    id: "R-50",
    title: "A logout revokes refresh tokens except those with offline_access",
    clause: "BCL 2.7",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const [online] = await signInAt(t, browser, t.alice, a);
      const offline = await t.signIn(browser, b, t.alice, {
        scope: "openid offline_access",
        prompt: "consent",
      });
      if (!online.refreshToken && !offline.refreshToken)
        t.report.skip("The OP issues no refresh tokens to the probes.");
      for (const session of [online, offline]) {
        if (!session.refreshToken) t.report.measure(`No refresh token ${scopeOf(session === offline)}.`);
        else
          t.report.require(
            await refreshes(t.report, session),
            `Refreshing fails even before the logout ${scopeOf(session === offline)}.`,
          );
      }
      await logOut(t, browser, a, { parameters: usualParameters(online) });
      await assertLoggedOut(t, browser, a);
      if (online.refreshToken && (await refreshes(t.report, online))) {
        t.report.warn("A refresh token without offline_access outlives the logout (SHOULD be revoked).");
      }
      if (offline.refreshToken && !(await refreshes(t.report, offline))) {
        t.report.warn("A refresh token with offline_access was revoked by the logout (SHOULD NOT be).");
      }
    },
  },
  {
    id: "R-51",
    title: "Whether an access token still works at UserInfo after the logout is reported",
    clause: "RFC 9700 4.14",
    severity: "info",
    needs: ["end-session"],
    run: async (t) => {
      if (!t.metadata.userinfo_endpoint) t.report.skip("The OP declares no userinfo_endpoint.");
      const browser = await t.browser();
      const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
      if (!session.accessToken) t.report.skip("The OP issued no access token.");
      const before = await userInfoStatus(t, session);
      t.report.require(before === 200, `UserInfo answers HTTP ${before} even before the logout.`);
      await logOut(t, browser, session.rp, { parameters: usualParameters(session) });
      await assertLoggedOut(t, browser, session.rp);
      t.report.measure(
        `After the logout UserInfo answers the old access token with HTTP ${await userInfoStatus(t, session)}.`,
      );
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
      await assertAsksForPassword(t.report, browser, a, t.alice);
    },
  },
];

const scopeOf = (offline: boolean): string => (offline ? "with offline_access" : "without offline_access");
