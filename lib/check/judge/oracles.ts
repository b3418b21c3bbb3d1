/** How the suite knows that a session has ended, or has not. The text of a page is never asked. */
import type { BrowserContext, Cookie } from "@playwright/test";
import type { User } from "#lib/products/driver.ts";
import type { RelyingParty, Session } from "../probe/relying-party.ts";
import { closed } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { asksForPassword } from "../steps/password-question.ts";

/** Errors that mean that nobody is signed in (Core 3.1.2.6). `consent_required` is no proof: it says that somebody is. */
const nobodyThere = ["login_required", "interaction_required", "account_selection_required"];

/** L0: nobody is signed in at the OP in this browser, says `prompt=none` at every one of these probes. */
export const assertLoggedOut = (
  trial: Trial,
  browser: BrowserContext,
  ...rps: RelyingParty[]
): Promise<void> => assertNobodyThere(trial, browser, rps, ["R-01"]);

/** The same where the logout was none of R-01: in a browser with the cookies of one that logged out, or after a logout
 * that no Relying Party asked for. */
export const assertSignsNobodyIn = (
  trial: Trial,
  browser: BrowserContext,
  ...rps: RelyingParty[]
): Promise<void> => assertNobodyThere(trial, browser, rps, []);

async function assertNobodyThere(
  trial: Trial,
  browser: BrowserContext,
  rps: readonly RelyingParty[],
  presupposed: readonly string[],
): Promise<void> {
  for (const rp of rps) {
    const reason = await whyNotLoggedOut(trial, browser, rp);
    if (reason === undefined) continue;
    await trial.deferTo(presupposed, reason);
    trial.fail(reason);
  }
}

async function whyNotLoggedOut(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
): Promise<string | undefined> {
  const result = await trial.ask(browser, rp);
  if (!("error" in result))
    return `The OP session lives on: prompt=none at ${rp.name} signed ${result.sub} in.`;
  return nobodyThere.includes(result.error)
    ? undefined
    : `prompt=none at ${rp.name} answered ${result.error}, which does not prove that the session ended.`;
}

/** L0 where nothing tells when the logout is over: nobody is signed in any more soon.
 * @param soon in milliseconds */
export async function assertSoonLoggedOut(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
  soon = 20_000,
): Promise<void> {
  const end = performance.now() + soon;
  while (performance.now() < end) if ("error" in (await trial.ask(browser, rp))) break;
  await assertLoggedOut(trial, browser, rp);
}

/** K: this user is still signed in. */
export async function assertKept(
  trial: Trial,
  browser: BrowserContext,
  session: Pick<Session, "rp" | "sub">,
): Promise<void> {
  const result = await trial.ask(browser, session.rp);
  if ("error" in result)
    trial.fail(`The OP session is gone: prompt=none at ${session.rp.name} answered ${result.error}.`);
  if (result.sub !== session.sub)
    trial.fail(`prompt=none at ${session.rp.name} signed another user in: ${result.sub}.`);
}

/** L1: the OP's cookies of before the logout sign nobody in, in a browser that never heard of the logout. */
export async function assertCookiesDead(trial: Trial, jar: Cookie[], rp: RelyingParty): Promise<void> {
  const other = await trial.browser();
  await other.addCookies(jar);
  await assertSignsNobodyIn(trial, other, rp);
}

/** L2: the next interactive sign-in asks this user for the password. */
export async function assertAsksForPassword(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
  user: User,
): Promise<void> {
  const request = await rp.authorizationRequest();
  const page = await browser.newPage();
  await page.goto(request.url);
  if (!(await asksForPassword(page, user.name))) {
    const reason = `The next sign-in asks for no password; the browser is at ${page.url().split("?", 1)[0]}.`;
    await trial.deferTo(["R-01"], reason);
    trial.fail(reason);
  }
  await closed(page);
}

/** Signs the user in at several probes in one browser. */
export async function signInAt<const Rps extends readonly RelyingParty[]>(
  trial: Trial,
  browser: BrowserContext,
  user: User,
  ...rps: Rps
): Promise<{ [Index in keyof Rps]: Session }> {
  const sessions: Session[] = [];
  for (const rp of rps) sessions.push(await trial.signIn(browser, rp, user));
  return sessions as { [Index in keyof Rps]: Session };
}
