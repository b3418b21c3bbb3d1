/** I-11, I-12: which apps are notified of a logout after a restart of the OP, and of sessions that end without one. */
import type { BrowserContext } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Driver } from "#lib/products/driver.ts";
import { isSignedIn } from "../judge/oracles.ts";
import { requireNewSids } from "../judge/session-ids.ts";
import { deliveryPatience, nextTokenAbout } from "../probe/logout-tokens.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { lacking, operated, restart } from "../steps/operations.ts";
import { signInAt } from "../steps/sign-in.ts";

export async function toldAfterRestart(t: Trial): Promise<void> {
  const browser = await t.browser();
  const sessions = await signInTwice(t, browser);
  const [{ rp }] = sessions;
  const from = performance.now();
  await restart(t);
  if (!isSignedIn(await t.ask(browser, rp)))
    return t.report.measure(`The session did not survive the restart; ${await told(sessions, from)}.`);
  const { startedAt } = await logOut(t, browser, rp, { parameters: usualParameters(sessions[0]) });
  t.report.measure(
    `The session survived the restart; at the logout after it ${await told(sessions, startedAt)}.`,
  );
}

/** @returns how to undo it, if necessary */
type Cause = (session: SignIn) => Promise<void | (() => Promise<void>)>;

/** Events that may end a session of alice, and the driver functions that cause them. */
function causes({ driver, alice, context }: Trial) {
  const { expireSession, changePassword, disableUser } = driver;
  const all: { what: string; hook: keyof Driver; cause: Cause | undefined }[] = [
    {
      what: "The session expired",
      hook: "expireSession",
      cause: expireSession && (async ({ sid }) => expireSession(alice, sidOf(sid), context)),
    },
    {
      what: "The password was changed",
      hook: "changePassword",
      cause: changePassword && (() => changePassword(alice, context)),
    },
    {
      what: "The account was disabled",
      hook: "disableUser",
      cause: disableUser && (() => disableUser(alice, context)),
    },
  ];
  return all;
}

function sidOf(sid: string | undefined): string {
  if (sid !== undefined) return sid;
  throw new CannotRun("The ID Token has no sid to identify the session: see B-14.");
}

export async function toldUnasked(t: Trial): Promise<void> {
  const all = causes(t);
  const missing = all.filter(({ cause }) => !cause).map(({ hook }) => hook);
  if (missing.length === all.length) return t.report.skip(lacking(t, ...missing));
  for (const { what, cause } of all) {
    if (!cause) continue;
    const browser = await t.browser();
    const sessions = await signInTwice(t, browser);
    const from = performance.now();
    const undo = await operated(t.report, cause(sessions[0]));
    if (undo) t.afterwards(undo);
    const apps = await told(sessions, from);
    const isOver = !isSignedIn(await t.ask(browser, sessions[0].rp));
    if (undo) await undo();
    if (isOver) requireNewSids(t.report, sessions, await signInTwice(t, browser), what);
    t.report.measure(`${what}: ${apps}, and the OP session ${isOver ? "has ended" : "lives on"}.`);
  }
  if (missing.length > 0) t.report.measure(`Not tried: ${lacking(t, ...missing)}`);
}

const signInTwice = (t: Trial, browser: BrowserContext) =>
  signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"));

/** Which of these apps have received their logout token since then; waits for it. */
async function told(sessions: readonly SignIn[], from: number): Promise<string> {
  const waits = sessions.map(async (session) => (await nextTokenAbout(session, from)) && session.rp.name);
  const names = (await Promise.all(waits)).filter((name) => name !== undefined);
  if (names.length === sessions.length) return "both apps were notified";
  const time = `within ${deliveryPatience / 1000} s`;
  return names.length > 0 ? `only ${names.join()} was notified ${time}` : `no app was notified ${time}`;
}
