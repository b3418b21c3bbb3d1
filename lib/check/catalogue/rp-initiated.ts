/** R: requests of RP-Initiated Logout 1.0 that must succeed. */
import type { BrowserContext } from "@playwright/test";
import { withoutQueries } from "../evidence/redaction.ts";
import { watch } from "../judge/deliveries.ts";
import { assertCookiesDead, assertLoggedOut } from "../judge/oracles.ts";
import { lacks } from "../model/capabilities.ts";
import { nextTokenAbout, tokensAbout } from "../probe/logout-tokens.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { responsesOf, traceOf } from "../steps/browser-trace.ts";
import { confirmIfAsked } from "../steps/confirmation.ts";
import { logOut, parametersToReturn, usualParameters } from "../steps/logout.ts";
import { asksWhoTheUserIs } from "../steps/password-question.ts";
import { endSessionEndpoint, endSessionUrl, sendRaw } from "../steps/raw-request.ts";
import { signInAt } from "../steps/sign-in.ts";

const notBack = "The browser did not come back to the registered post_logout_redirect_uri.";

/** A valid request apart from what is given: it must work. */
async function assertLogsOut(
  t: Trial,
  session: SignIn,
  browser: BrowserContext,
  { method = "GET" }: { method?: "GET" | "POST" } = {},
): Promise<void> {
  const { arrived } = await logOut(t, browser, session.rp, { parameters: usualParameters(session), method });
  t.report.require(arrived?.rp === session.rp, notBack);
  await assertLoggedOut(t, browser, session.rp);
}

/** Signs alice in, and logs her out with more parameters than usual, which should be no error (RIL 2). */
async function adviseHarmless(t: Trial, more: Record<string, string>): Promise<void> {
  const browser = await t.browser();
  const session = await t.signIn(browser, t.rp("rp-a"), t.alice);
  const parameters = { ...usualParameters(session), ...more };
  const { arrived } = await logOut(t, browser, session.rp, { parameters });
  if (arrived?.rp === session.rp) return assertLoggedOut(t, browser, session.rp);
  await t.report.deferTo(["R-01"], notBack);
  t.report.warn(`With ${Object.keys(more).join(" and ")} the logout is an error. ${notBack}`);
}

/** Chromium sends cookies without SameSite with a cross-site POST only for two minutes after they were set. Set
 * again with the attribute that they are read with, they behave like old ones. */
async function ageCookies(browser: BrowserContext): Promise<void> {
  await browser.addCookies(await browser.cookies());
}

/** The user with a large ID Token, else alice with all scopes of the OP. */
function largeSession(t: Trial, browser: BrowserContext, rp: RelyingParty): Promise<SignIn> {
  const { largeIdToken } = t.driver;
  if (largeIdToken) return t.signIn(browser, rp, largeIdToken.user, { scope: largeIdToken.scope });
  const scopes: unknown = t.metadata.scopes_supported;
  const all = Array.isArray(scopes)
    ? scopes.filter((scope) => scope !== "offline_access").join(" ")
    : "openid";
  return t.signIn(browser, rp, t.alice, { scope: all });
}

const kib = (characters: number): string => `${Math.round(characters / 102.4) / 10} KiB`;

/** A session that ends twice has two logout tokens (SHOULD NOT, BCL 2.5). Waits for the first and watches for a second. */
async function adviseNoSecondToken(t: Trial, session: SignIn, from: number): Promise<void> {
  const { rp } = session;
  const why = lacks(t, "back-channel", rp);
  if (why) return t.report.measure(`Whether ${rp.name} is notified exactly once was not tested: ${why}`);
  const first = await nextTokenAbout(session, from);
  if (!first) return t.report.measure(`${rp.name} was not notified (B-01).`);
  const second = await nextTokenAbout(session, from, { known: [first], timeout: watch });
  const count = tokensAbout(session, from).length;
  t.report.note(`logout tokens at ${rp.name}`, String(count));
  t.report.advise(!second, `${rp.name} received ${count} logout tokens for one session.`);
}

/** Sends the same logout request from two tabs, one soon after the other; the result must be one logout.
 * @param answer confirms in both, by the functions given, in its own order; `back` waits until a tab is back */
async function assertOneLogout(
  t: Trial,
  answer: (yes: [() => Promise<unknown>, () => Promise<unknown>], back: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const browser = await t.browser();
  const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
  const sessions = await signInAt(t, browser, t.alice, a, b);
  const trace = traceOf(browser);
  const from = performance.now();
  const parameters = parametersToReturn(t, usualParameters(sessions[0]));
  const request = endSessionUrl(t, parameters);
  t.report.noteRequest("the logout request of both tabs", "GET", endSessionEndpoint(t), parameters);
  const tab = async () => {
    const page = await browser.newPage();
    await page.goto(request).catch(() => undefined);
    return () => confirmIfAsked(t, page);
  };
  const back = async () => {
    const came = await a.recorder.waitFor(({ kind }) => kind === "post-logout", { from, timeout: 10_000 });
    t.report.require(came !== undefined, "Two tabs logged out, and neither came back.");
  };
  await answer([await tab(), await tab()], back);
  await back();
  await assertLoggedOut(t, browser, a, b);
  const broken = responsesOf(trace, new URL(endSessionEndpoint(t)).origin).filter(
    (each) => each.status() >= 500,
  );
  t.report.require(
    broken.length === 0,
    `One of the two requests was answered with HTTP ${broken[0]?.status()}.`,
  );
  await Promise.all(sessions.map((each) => adviseNoSecondToken(t, each, from)));
}

/** A logout request in a browser without a session (RIL 4): either the browser comes back, or a page of the OP says that
 * no user is signed in. A sign-in page instead would sign in the user who wanted to leave. */
async function assertNoError(
  t: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
  parameters: Record<string, string>,
): Promise<void> {
  const trace = traceOf(browser);
  const { arrived, page } = await logOut(t, browser, rp, { parameters, comesBack: false });
  if (arrived) return;
  const what = "post_logout_redirect_uri" in parameters ? "The second logout" : "A logout without parameters";
  const statuses = responsesOf(trace, new URL(endSessionEndpoint(t)).origin).map((each) => each.status());
  t.report.note("answers without a session", statuses.join(", "));
  const worst = Math.max(0, ...statuses);
  t.report.require(statuses.length > 0 && worst < 400, `${what} is answered with HTTP ${worst}.`);
  if (parameters.post_logout_redirect_uri === undefined) return;
  const where = withoutQueries(page.url());
  t.report.require(!(await asksWhoTheUserIs(page)), `${what} leads to a sign-in page: ${where}.`);
  t.report.measure("The browser stays at the OP.");
}

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
      t.report.require(arrived?.rp === a, notBack);
      await assertLoggedOut(t, browser, a, b);
      await assertCookiesDead(t, jar, a);
    },
  },
  {
    id: "R-02",
    title: "A logout request by cross-site POST ends the OP session, even long after the sign-in",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    eachCookieMode: true,
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      await assertLogsOut(t, await t.signIn(browser, a, t.alice), browser, { method: "POST" });
      const session = await t.signIn(browser, a, t.alice);
      await ageCookies(browser);
      t.report.note("the OP's cookies", "are now as they are two minutes after the sign-in");
      await assertLogsOut(t, session, browser, { method: "POST" });
    },
  },
  {
    id: "R-03",
    title: "A large ID Token works as a hint by POST; the GET size limit is reported",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const session = await largeSession(t, browser, t.rp("rp-a"));
      const { length } = session.idToken;
      if (length < 8 * 1024) {
        t.report.skip(
          `No ID Token has 8 KiB, the largest has ${kib(length)}: the driver names no user with a larger one.`,
        );
      }
      const fits: string[] = [];
      for (const size of [2, 4, 8, 16]) {
        const { status } = await sendRaw(browser, endSessionUrl(t, { padding: "x".repeat(size * 1024) }));
        if (status > 0 && status < 400) fits.push(`${size}`);
      }
      t.report.measure(
        `Of GETs with 2, 4, 8 and 16 KiB, the OP accepts up to ${fits.at(-1) ?? "less than 2"} KiB.`,
      );
      await assertLogsOut(t, session, browser, { method: "POST" });
      t.report.measure(`The hint by POST had ${kib(length)}.`);
      // Larger tokens are not available: an OP ignores an unknown parameter, but has to read it.
      for (const size of [16, 64].filter((each) => each * 1024 > length)) {
        const large = await largeSession(t, browser, t.rp("rp-a"));
        const parameters = { ...usualParameters(large), padding: "x".repeat(size * 1024 - length) };
        const { arrived } = await logOut(t, browser, large.rp, { parameters, method: "POST" });
        if (arrived) await assertLoggedOut(t, browser, large.rp);
        t.report.measure(`A POST of ${size} KiB ${arrived ? "logs out" : "is not accepted"}.`);
      }
    },
  },
  {
    id: "R-30",
    title: "A second logout of the same session is not an error",
    clause: "RIL 4",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      await assertLogsOut(t, session, browser);
      await assertNoError(t, browser, a, usualParameters(session));
      // Where nothing says where to go, the page of the OP that comes last may be any.
      await assertNoError(t, browser, a, {});
    },
  },
  {
    id: "R-31",
    title: "Two concurrent logout requests end the session once, without errors",
    clause: "RIL 4",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      await assertOneLogout(t, async ([older, newer]) => void (await Promise.all([older(), newer()])));
      await assertOneLogout(t, async ([older, newer], back) => {
        await newer();
        await back();
        await older();
      });
    },
  },
  {
    id: "R-32",
    title: "Unsupported ui_locales are not an error",
    clause: "RIL 2",
    severity: "low",
    needs: ["end-session"],
    run: (t) => adviseHarmless(t, { ui_locales: "xx-XX tlh not_a_locale" }),
  },
  {
    id: "R-33",
    title: "A logout_hint that matches no user is not an error",
    clause: "RIL 2",
    severity: "low",
    needs: ["end-session"],
    run: (t) => adviseHarmless(t, { logout_hint: "nobody@example.com; 1=1" }),
  },
  {
    id: "R-34",
    title: "Unknown parameters are not an error",
    clause: "RIL 2",
    severity: "low",
    needs: ["end-session"],
    run: (t) => adviseHarmless(t, { unknown_parameter: "1", foo: "" }),
  },
];
