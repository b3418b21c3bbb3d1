/** I: a logout ends the sessions that it is about, and nobody else's. */

import { tokensFor, watch } from "../judge/deliveries.ts";
import { tokensSince } from "../judge/logout-tokens.ts";
import { assertKept, assertLoggedOut, signInAt } from "../judge/oracles.ts";
import { type Named, requireUntold } from "../judge/told.ts";
import { mayLackSid } from "../model/capabilities.ts";
import type { Check } from "../model/check.ts";
import type { Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { NoAdministrator } from "../run/world.ts";
import { closed } from "../steps/closed.ts";
import { logOut, usualParameters } from "../steps/logout.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

export const isolation: Check[] = [
  {
    ...common,
    id: "I-01",
    title: "Another user in another browser hears nothing of a logout, and stays signed in",
    clause: "BCL 2.4",
    severity: "critical",
    run: async (t) => {
      const [ofAlice, ofBob] = await twoUsers(t);
      const from = await logOutFirst(t, ofAlice);
      await tokensFor(t, from, ...ofAlice.sessions);
      await Promise.all([
        requireNothing(t, from, ofBob.sessions, "Alice logged out"),
        assertKept(t, ofBob.browser, ofBob.sessions[0]),
        assertLoggedOut(t, ofAlice.browser, ofAlice.sessions[0].rp),
      ]);
      // What was silent for bob must not be silent for ever.
      const later = await logOutFirst(t, ofBob);
      await tokensFor(t, later, ...ofBob.sessions);
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
      t.require(differs || sids.includes(undefined), "Two browsers have sessions of the same sid.");
      const from = await logOutFirst(t, here);
      await tokensFor(t, from, ...here.sessions);
      const others = there.sessions.filter(({ sid }) => sid);
      await Promise.all([
        requireNothing(t, from, others, "One browser logged out", ["session"]),
        assertKept(t, there.browser, there.sessions[0]),
        assertLoggedOut(t, here.browser, here.sessions[0].rp),
      ]);
      // What was silent for the one must not be silent for ever.
      const later = await logOutFirst(t, there);
      await tokensFor(t, later, ...there.sessions);
    },
  },
  {
    ...common,
    id: "I-04",
    title: "An app where the user never was hears nothing, on no channel",
    clause: "BCL 2.3",
    severity: "high",
    alone: true, // so that it runs last, when all workers' users have logged out
    run: async (t) => {
      const here = await signedIn(t, "alice");
      const from = await logOutFirst(t, here);
      await tokensFor(t, from, ...here.sessions);
      const isLogout = ({ kind }: { kind: string }) => /-channel$/.test(kind);
      const unvisited = t.worlds.map((world) => world["rp-c"]);
      const heard = unvisited.map((rp) => rp.recorder.waitFor(isLogout, { from: 0, timeout: watch }));
      for (const call of await Promise.all(heard)) {
        if (call) t.note("at rp-c", { kind: call.kind, url: call.url });
        t.require(!call, `rp-c, where nobody ever signed in, was called by ${call?.kind} logout.`);
      }
    },
  },
  {
    ...common,
    id: "I-05",
    title: "With another user's ID Token as hint, nobody is logged out unasked",
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
      t.require(!arrived, "The browser was sent back to the app, though the hint is another user's.");
      await assertKept(t, ofAlice.browser, session);
      await assertKept(t, ofBob.browser, ofBob.sessions[0]);
      const all = [...ofAlice.sessions, ...ofBob.sessions];
      requireUntold(t, all, startedAt, "Nobody had agreed to a logout", namedAtAll); // `logOut` has watched for a while
      await closed(page);
      // A yes ends the session of this browser at most, never the one that the hint names.
      const { asked } = await ask("yes");
      t.measure(asked ? "After yes only alice may be logged out." : "The OP does not ask, and does nothing.");
      await assertKept(t, ofBob.browser, ofBob.sessions[0]);
      requireUntold(t, ofBob.sessions, startedAt, "Alice said yes to the hint of bob", namedAtAll);
      const later = await logOutFirst(t, ofBob);
      await tokensFor(t, later, ...ofBob.sessions);
    },
  },
  {
    ...common,
    id: "I-06",
    title: "logout_hint does not choose another user",
    clause: "RIL 2",
    severity: "high",
    run: async (t) => {
      const [ofAlice, ofBob] = await twoUsers(t);
      const from = await logOutFirst(t, ofAlice, { logout_hint: t.bob.name });
      await tokensFor(t, from, ...ofAlice.sessions);
      await Promise.all([
        requireNothing(t, from, ofBob.sessions, `Alice logged out with logout_hint=${t.bob.name}`),
        assertKept(t, ofBob.browser, ofBob.sessions[0]),
        assertLoggedOut(t, ofAlice.browser, ofAlice.sessions[0].rp),
      ]);
      const later = await logOutFirst(t, ofBob);
      await tokensFor(t, later, ...ofBob.sessions);
    },
  },
  {
    ...common,
    id: "I-09",
    title: "A logout token is as wide as the logout: it has a sid where one session of several ended",
    clause: "BCL 2.4",
    severity: "high",
    alone: true,
    run: wideAsTheLogout,
  },
];

interface SignedIn {
  browser: Awaited<ReturnType<Trial["browser"]>>;
  /** At RP-A and RP-B. */
  sessions: readonly [Session, Session];
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
 * @returns when it began */
async function logOutFirst(t: Trial, { browser, sessions }: SignedIn, more = {}): Promise<number> {
  const [session] = sessions;
  const parameters = { ...usualParameters(session), ...more };
  return (await logOut(t, browser, session.rp, { parameters })).startedAt;
}

/** At probes where both users have sessions: what names neither a session nor a user may be about either. */
const namedAtAll: readonly Named[] = ["session", "user"];

/** Watches the probes of these sessions: neither channel may bring anything about them. */
async function requireNothing(
  t: Trial,
  from: number,
  sessions: readonly Session[],
  what: string,
  counts = namedAtAll,
): Promise<void> {
  const until = { from: performance.now(), timeout: watch };
  await Promise.all(sessions.map(({ rp }) => rp.recorder.waitFor(() => false, until)));
  requireUntold(t, sessions, from, what, counts);
}

async function wideAsTheLogout(t: Trial): Promise<void> {
  const [here, there] = [await signedIn(t, "alice"), await signedIn(t, "alice")];
  const from = await logOutFirst(t, here);
  const tokens = await tokensFor(t, from, ...here.sessions);
  for (const { rp, claims } of tokens.filter(({ claims: { sid } }) => sid === undefined)) {
    const said = `${rp.name}: one of two sessions ended, and the token without sid ends both.`;
    const why = mayLackSid(t, rp);
    if (!why) t.fail(said);
    // Whoever asked for it, and did not get it, cannot help it.
    if (rp.metadata.backchannel_logout_session_required === true) t.warn(`${said} ${why}`);
    else t.measure(`${said} ${why} (sub ${claims.sub})`);
  }
  const { driver, context } = t;
  if (!driver.endAllSessions) return t.measure(`The driver ${driver.name} cannot end all sessions at once.`);
  const again = await signedIn(t, "alice");
  const all = performance.now();
  try {
    await driver.endAllSessions(t.alice, context);
  } catch (error) {
    if (error instanceof NoAdministrator) return t.measure(error.message);
    throw error;
  }
  for (const { sessions } of [there, again]) {
    for (const { rp, sid, sub } of sessions) {
      const known = await rp.recorder.waitFor(({ kind }) => kind === "back-channel", {
        from: all,
        timeout: watch,
      });
      if (!known) t.warn(`All sessions ended, and ${rp.name} was told of none.`);
      const covered = tokensSince(rp, all).some(({ claims }) =>
        claims.sid === undefined ? claims.sub === sub : claims.sid === sid,
      );
      if (known && !covered) t.warn(`All sessions ended, and ${rp.name} was told by sid of others alone.`);
    }
  }
}
