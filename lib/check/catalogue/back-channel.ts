/** B: Back-Channel Logout 1.0: which RPs are notified of which sessions. */
import type { DriverContext } from "#lib/products/driver.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import { logoutTokensAt, tokensFor, watch } from "../judge/deliveries.ts";
import { assertKept, assertNotSignedIn } from "../judge/oracles.ts";
import { requireNewSids } from "../judge/session-ids.ts";
import { isAbout, type ReceivedLogoutToken, tokensSince } from "../probe/logout-tokens.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

export const backChannel: Check[] = [
  {
    ...common,
    id: "B-01",
    title: "Every RP in the session, including the initiator, receives a logout token",
    clause: "BCL 2.3",
    severity: "critical",
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const sessions = await signInAt(t, browser, t.alice, a, b);
      const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(sessions[0]) });
      await logoutTokensAt(t.report, startedAt, ...sessions);
    },
  },
  {
    id: "B-29",
    title: "A logout at the OP's own page notifies every RP, and does not redirect to any",
    clause: "RIL 3",
    severity: "high",
    needs: ["back-channel"],
    run: async (t) => {
      const { driver, context } = t;
      if (!driver.logoutAtOp)
        return t.report.skip(`The driver ${driver.name} knows no logout page of the OP.`);
      const browser = await t.browser();
      const rps = [t.rp("rp-a"), t.rp("rp-b")] as const;
      const sessions = await signInAt(t, browser, t.alice, ...rps);
      const from = performance.now();
      const page = await browser.newPage();
      page.once("request", (request) =>
        t.report.noteRequest("the OP's own page", request.method(), request.url()),
      );
      await driver.logoutAtOp(page, context);
      await tokensFor(t.report, from, ...sessions);
      await assertNotSignedIn(t, browser, ...rps);
      const wait = { from, timeout: watch };
      const arrivals = await Promise.all(
        rps.map(({ recorder }) => recorder.waitFor(({ kind }) => kind === "post-logout", wait)),
      );
      t.report.require(
        !arrivals.some(Boolean),
        "No app requested this logout, but the browser was sent to one.",
      );
      const later = await signInAt(t, browser, t.alice, ...rps);
      requireNewSids(t.report, sessions, later, "Alice had logged out at the OP");
    },
  },
  {
    id: "B-30",
    title: "An administrator can end one session without affecting others, or all of them",
    clause: "BCL 2.4",
    severity: "high",
    needs: ["back-channel"],
    alone: true,
    run: endedByAdministrator,
  },
  {
    ...common,
    id: "B-33",
    title: "An RP with several sign-ins in one session is notified exactly once",
    clause: "BCL 2.5",
    severity: "medium",
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      await signInAt(t, browser, t.alice, b, a, a);
      const offline = { scope: "openid offline_access", prompt: "login consent" };
      const last = await t.signIn(browser, a, t.alice, offline);
      const { refreshToken } = last;
      if (refreshToken) await a.tokens("refresh_token", { refresh_token: refreshToken });
      const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(last) });
      const [first] = await tokensFor(t.report, startedAt, last);
      const wanted = ({ recorded }: ReceivedLogoutToken) => recorded !== first?.recorded;
      await a.recorder.waitFor(
        (recorded) => recorded.kind === "back-channel" && recorded !== first?.recorded,
        { from: startedAt, timeout: watch },
      );
      const others = tokensSince(a, startedAt).filter(wanted);
      const again = others.filter(({ claims }) => claims.sid === first?.claims.sid);
      t.report.advise(
        again.length === 0,
        `rp-a was notified ${again.length + 1} times of the end of one session.`,
      );
      t.report.measure(
        `Signed in three times${refreshToken ? ", refreshed once" : "; no refresh token was issued"}.`,
      );
    },
  },
];

async function endedByAdministrator(t: Trial): Promise<void> {
  const { driver } = t;
  const context = notingRequests(t);
  if (!driver.endSession && !driver.endAllSessions)
    return t.report.skip(`The driver ${driver.name} cannot end sessions as an administrator.`);
  const [one, other] = [await t.browser(), await t.browser()];
  const rps = [t.rp("rp-a"), t.rp("rp-b")] as const;
  let ofOne: readonly [SignIn, SignIn] = await signInAt(t, one, t.alice, ...rps);
  const ofOther = await signInAt(t, other, t.alice, ...rps);
  const [{ sid }] = ofOne;
  if (driver.endSession && sid !== undefined) {
    const from = performance.now();
    await driver.endSession(t.alice, sid, context);
    await tokensFor(t.report, from, ...ofOne);
    requireNoneAbout(t.report, from, ofOther, "One session was ended");
    await assertNotSignedIn(t, one, ...rps);
    await assertKept(t, other, ofOther[0]);
    requireNoneAbout(t.report, from, ofOther, "One session was ended");
    const ofBob = await signInAt(t, one, t.bob, ...rps);
    requireNewSids(t.report, ofOne, ofBob, byAdministrator);
    await logOut(t, one, rps[0], { parameters: usualParameters(ofBob[0]) });
    const again = await signInAt(t, one, t.alice, ...rps);
    requireNewSids(t.report, [...ofOne, ...ofBob], again, byAdministrator);
    ofOne = again;
  } else t.report.measure("Ending one session was not tried: the OP or the driver does not support it.");
  if (!driver.endAllSessions)
    return t.report.measure("Ending all sessions was not tried: the driver does not support it.");
  const from = performance.now();
  await driver.endAllSessions(t.alice, context);
  await tokensFor(t.report, from, ...ofOne, ...ofOther);
  await assertNotSignedIn(t, one, rps[0]);
  await assertNotSignedIn(t, other, rps[0]);
  const later = [...(await signInAt(t, one, t.alice, ...rps)), ...(await signInAt(t, other, t.bob, ...rps))];
  requireNewSids(t.report, [...ofOne, ...ofOther], later, byAdministrator);
}

const byAdministrator = "An administrator had ended a session";

/** Only tokens that name another session count here; those without `sid` are judged by I-09. */
function requireNoneAbout(
  report: CheckReport,
  from: number,
  sessions: readonly SignIn[],
  what: string,
): void {
  for (const session of sessions) {
    const wrong = tokensSince(session.rp, from).filter(
      (token) => token.claims.sid !== undefined && isAbout(session)(token),
    );
    report.require(wrong.length === 0, `${what}, and ${session.rp.name} was notified of another.`);
  }
}

/** Notes the driver's requests in the evidence, without their bodies. */
const notingRequests = (t: Trial): DriverContext => ({
  ...t.context,
  fetch: (url, init) => {
    t.report.noteRequest("a request of the administrator", init?.method ?? "GET", String(url));
    return t.context.fetch(url, init);
  },
});
