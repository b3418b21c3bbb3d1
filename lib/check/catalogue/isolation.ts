/** I: a logout ends its own sessions and no others. */
import { NoAdministrator } from "#lib/cli/errors.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import { tokensFor, watch } from "../judge/deliveries.ts";
import { type NotificationScope, requireNoNotification } from "../judge/notifications.ts";
import { assertKept, assertLoggedOut } from "../judge/oracles.ts";
import { mayLackSid } from "../model/capabilities.ts";
import { tokensSince } from "../probe/logout-tokens.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

export const isolation: Check[] = [
  {
    ...common,
    id: "I-01",
    title: "Another user in another browser is not affected by a logout",
    clause: "BCL 2.4",
    severity: "critical",
    run: async (t) => {
      const [ofAlice, ofBob] = await twoUsers(t);
      const from = await logOutFirst(t, ofAlice);
      await tokensFor(t.report, from, ...ofAlice.sessions);
      await Promise.all([
        requireNothing(t.report, from, ofBob.sessions, "Alice logged out"),
        assertKept(t, ofBob.browser, ofBob.sessions[0]),
        assertLoggedOut(t, ofAlice.browser, ofAlice.sessions[0].rp),
      ]);
      // The channel must work for bob, too.
      const later = await logOutFirst(t, ofBob);
      await tokensFor(t.report, later, ...ofBob.sessions);
    },
  },
  {
    ...common,
    id: "I-02",
    title: "The same user's session in another browser lives on",
    clause: "BCL 2.1",
    severity: "critical",
    run: async (t) => {
      const [here, there] = [await signedIn(t, "alice"), await signedIn(t, "alice")];
      const sids = [...here.sessions, ...there.sessions].map(({ sid }) => sid);
      const differs = here.sessions.every(({ sid }, index) => sid !== there.sessions[index]?.sid);
      t.report.require(differs || sids.includes(undefined), "Two browsers have sessions with the same sid.");
      const from = await logOutFirst(t, here);
      await tokensFor(t.report, from, ...here.sessions);
      const others = there.sessions.filter(({ sid }) => sid);
      await Promise.all([
        requireNothing(t.report, from, others, "One browser logged out", ["session"]),
        assertKept(t, there.browser, there.sessions[0]),
        assertLoggedOut(t, here.browser, here.sessions[0].rp),
      ]);
      // The channel must work for the second browser, too.
      const later = await logOutFirst(t, there);
      await tokensFor(t.report, later, ...there.sessions);
    },
  },
  {
    ...common,
    id: "I-04",
    title: "An app that the user never signed in to is not notified on any channel",
    clause: "BCL 2.3",
    severity: "high",
    last: true, // when all workers' users have logged out, and a late notification has come
    run: async (t) => {
      const here = await signedIn(t, "alice");
      const from = await logOutFirst(t, here);
      await tokensFor(t.report, from, ...here.sessions);
      const isLogout = ({ kind }: { kind: string }) => /-channel$/.test(kind);
      const unvisited = t.probeSets.map((probes) => probes["rp-c"]);
      const heard = unvisited.map((rp) => rp.recorder.waitFor(isLogout, { from: 0, timeout: watch }));
      for (const call of await Promise.all(heard)) {
        if (call) t.report.note("at rp-c", { kind: call.kind, url: call.url });
        t.report.require(!call, `rp-c, where no user ever signed in, was notified by ${call?.kind} logout.`);
      }
    },
  },
  {
    ...common,
    id: "I-05",
    title: "Another user's ID Token as hint logs no one out unasked",
    clause: "RIL 2",
    severity: "critical",
    run: async (t) => {
      const [ofAlice, ofBob] = await twoUsers(t);
      const [session] = ofAlice.sessions;
      const ask = (answer: "nothing" | "yes") =>
        logOut(t, ofAlice.browser, session.rp, {
          parameters: usualParameters(ofBob.sessions[0]),
          answer,
          comesBack: false,
        });
      const { startedAt, arrived, page } = await ask("nothing");
      t.report.require(
        !arrived,
        "The browser was sent back to the app, although the hint is another user's.",
      );
      await assertKept(t, ofAlice.browser, session);
      await assertKept(t, ofBob.browser, ofBob.sessions[0]);
      const all = [...ofAlice.sessions, ...ofBob.sessions];
      requireNoNotification(t.report, all, startedAt, "No user had agreed to a logout", namedAtAll); // `logOut` has watched for a while
      await closePage(page);
      // A yes may only end this browser's session, never the one that the hint names.
      const { asked } = await ask("yes");
      t.report.measure(
        asked ? "The OP asks; after yes only alice may be logged out." : "The OP neither asks nor logs out.",
      );
      await assertKept(t, ofBob.browser, ofBob.sessions[0]);
      requireNoNotification(
        t.report,
        ofBob.sessions,
        startedAt,
        "Alice confirmed a logout with bob's hint",
        namedAtAll,
      );
      const later = await logOutFirst(t, ofBob);
      await tokensFor(t.report, later, ...ofBob.sessions);
    },
  },
  {
    ...common,
    id: "I-06",
    title: "A logout_hint does not select another user",
    clause: "RIL 2",
    severity: "high",
    run: async (t) => {
      const [ofAlice, ofBob] = await twoUsers(t);
      const from = await logOutFirst(t, ofAlice, { logout_hint: t.bob.name });
      await tokensFor(t.report, from, ...ofAlice.sessions);
      await Promise.all([
        requireNothing(t.report, from, ofBob.sessions, `Alice logged out with logout_hint=${t.bob.name}`),
        assertKept(t, ofBob.browser, ofBob.sessions[0]),
        assertLoggedOut(t, ofAlice.browser, ofAlice.sessions[0].rp),
      ]);
      const later = await logOutFirst(t, ofBob);
      await tokensFor(t.report, later, ...ofBob.sessions);
    },
  },
  {
    ...common,
    id: "I-09",
    title: "A logout token matches the scope of the logout: with sid if one of several sessions ended",
    clause: "BCL 2.4",
    severity: "high",
    alone: true,
    run: wideAsTheLogout,
  },
];

interface SignedIn {
  browser: Awaited<ReturnType<Trial["browser"]>>;
  /** At RP-A and RP-B. */
  sessions: readonly [SignIn, SignIn];
}

async function signedIn(t: Trial, user: "alice" | "bob"): Promise<SignedIn> {
  const browser = await t.browser();
  return { browser, sessions: await signInAt(t, browser, t[user], t.rp("rp-a"), t.rp("rp-b")) };
}

const twoUsers = async (t: Trial): Promise<[SignedIn, SignedIn]> => [
  await signedIn(t, "alice"),
  await signedIn(t, "bob"),
];

/** Logs out from RP-A.
 * @returns when the logout began */
async function logOutFirst(t: Trial, { browser, sessions }: SignedIn, more = {}): Promise<number> {
  const [session] = sessions;
  const parameters = { ...usualParameters(session), ...more };
  return (await logOut(t, browser, session.rp, { parameters })).startedAt;
}

/** For probes where both users have sessions: a request that names neither session nor user may be about either. */
const namedAtAll: readonly NotificationScope[] = ["session", "user"];

/** Watches the probes of these sessions: neither channel may notify them. */
async function requireNothing(
  report: CheckReport,
  from: number,
  sessions: readonly SignIn[],
  what: string,
  counts = namedAtAll,
): Promise<void> {
  const until = { from: performance.now(), timeout: watch };
  await Promise.all(sessions.map(({ rp }) => rp.recorder.waitFor(() => false, until)));
  requireNoNotification(report, sessions, from, what, counts);
}

async function wideAsTheLogout(t: Trial): Promise<void> {
  const [here, there] = [await signedIn(t, "alice"), await signedIn(t, "alice")];
  const from = await logOutFirst(t, here);
  const tokens = await tokensFor(t.report, from, ...here.sessions);
  for (const { rp, claims } of tokens.filter(({ claims: { sid } }) => sid === undefined)) {
    const said = `${rp.name}: one of two sessions ended, but the token without sid ends both.`;
    const why = mayLackSid(t, rp);
    if (!why) t.report.fail(said);
    // An RP that required sid and did not get it is affected without a choice.
    if (rp.metadata.backchannel_logout_session_required === true) t.report.warn(`${said} ${why}`);
    else t.report.measure(`${said} ${why} (sub ${claims.sub})`);
  }
  const { driver, context } = t;
  if (!driver.endAllSessions)
    return t.report.measure(`The driver ${driver.name} cannot end all sessions at once.`);
  const again = await signedIn(t, "alice");
  const all = performance.now();
  try {
    await driver.endAllSessions(t.alice, context);
  } catch (error) {
    if (error instanceof NoAdministrator) return t.report.measure(error.message);
    throw error;
  }
  for (const { sessions } of [there, again]) {
    for (const { rp, sid, sub } of sessions) {
      const known = await rp.recorder.waitFor(({ kind }) => kind === "back-channel", {
        from: all,
        timeout: watch,
      });
      if (!known) t.report.warn(`All sessions ended, but ${rp.name} was not notified.`);
      const covered = tokensSince(rp, all).some(({ claims }) =>
        claims.sid === undefined ? claims.sub === sub : claims.sid === sid,
      );
      if (known && !covered)
        t.report.warn(`All sessions ended, but ${rp.name} was only notified of other sids.`);
    }
  }
}
