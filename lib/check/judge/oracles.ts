/** How the suite decides whether a session has ended: by the protocol, never by the text of a page. */
import type { BrowserContext, Cookie } from "@playwright/test";
import type { User } from "#lib/products/driver.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import type { Refused, RelyingParty, SignIn } from "../probe/relying-party.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { settled } from "../steps/logout.ts";
import { asksForPassword, asksWhoTheUserIs } from "../steps/password-question.ts";

/** Errors that mean that no user is signed in (Core 3.1.2.6). `consent_required` means the opposite. */
const notSignedIn = ["login_required", "interaction_required", "account_selection_required"];

/** Whether `prompt=none` shows a signed-in user, who may only lack a consent. */
export const isSignedIn = (result: SignIn | Refused): boolean =>
  !("error" in result) || result.error === "consent_required";

/** L0: `prompt=none` at each of these probes shows that no user is signed in at the OP in this browser. */
export const assertLoggedOut = (
  trial: Trial,
  browser: BrowserContext,
  ...rps: RelyingParty[]
): Promise<void> => assertNoneSignedIn(trial, browser, rps, ["R-01"]);

/** The same if R-01 says nothing about it: in a browser with the cookies of one that logged out, or after a logout that
 * no RP initiated. */
export const assertNotSignedIn = (
  trial: Trial,
  browser: BrowserContext,
  ...rps: RelyingParty[]
): Promise<void> => assertNoneSignedIn(trial, browser, rps, []);

async function assertNoneSignedIn(
  trial: Trial,
  browser: BrowserContext,
  rps: readonly RelyingParty[],
  presupposed: readonly string[],
): Promise<void> {
  for (const rp of rps) {
    const reason = await whyNotLoggedOut(trial, browser, rp);
    if (reason === undefined) continue;
    await trial.report.deferTo(presupposed, reason);
    trial.report.fail(reason);
  }
}

async function whyNotLoggedOut(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
): Promise<string | undefined> {
  const result = await trial.ask(browser, rp);
  if (!("error" in result))
    return `The OP session did not end: prompt=none at ${rp.name} signed ${result.sub} in.`;
  return notSignedIn.includes(result.error)
    ? undefined
    : `prompt=none at ${rp.name} answered ${result.error}, which does not prove that the session ended.`;
}

/** L0 after a logout that gives no sign of its end: polls until the session has ended.
 * @param soon in milliseconds */
export async function assertSoonLoggedOut(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
  soon = 20_000,
): Promise<void> {
  const end = performance.now() + soon;
  while (performance.now() < end) if (!isSignedIn(await trial.ask(browser, rp))) break;
  await assertLoggedOut(trial, browser, rp);
}

/** K: the OP session is kept, so this user is still signed in. */
export async function assertKept(
  trial: Trial,
  browser: BrowserContext,
  session: Pick<SignIn, "rp" | "sub">,
): Promise<void> {
  const reason = await whyNotKept(trial, browser, session);
  if (reason !== undefined) trial.report.fail(reason);
}

/** @returns undefined if this user is still signed in */
export async function whyNotKept(
  trial: Trial,
  browser: BrowserContext,
  { rp, sub }: Pick<SignIn, "rp" | "sub">,
): Promise<string | undefined> {
  const result = await trial.ask(browser, rp);
  if (!("error" in result))
    return result.sub === sub
      ? undefined
      : `prompt=none at ${rp.name} signed another user in: ${result.sub}.`;
  const gone = `The OP session is gone: prompt=none at ${rp.name} answered ${result.error}.`;
  if (result.error !== "consent_required" && result.error !== "interaction_required") return gone;
  // The OP may only want to ask something: oidc-provider drops the client's grant when the user says no to a logout.
  const page = await browser.newPage();
  await page.goto((await rp.authorizationRequest()).url).catch(() => undefined); // it may go on while it loads
  await settled(page);
  const isAsked = await asksWhoTheUserIs(page);
  await closePage(page);
  if (isAsked) return gone;
  trial.report.warn(
    `The OP session lives, but ${rp.name} needs the user's consent again (prompt=none answers ${result.error}).`,
  );
  return undefined;
}

/** L1: the OP's cookies from before the logout sign no user in, in a browser that took no part in it. */
export async function assertCookiesDead(trial: Trial, jar: Cookie[], rp: RelyingParty): Promise<void> {
  const other = await trial.browser();
  await other.addCookies(jar);
  await assertNotSignedIn(trial, other, rp);
}

/** L2: the next interactive sign-in asks this user for the password. */
export async function assertAsksForPassword(
  report: CheckReport,
  browser: BrowserContext,
  rp: RelyingParty,
  user: User,
): Promise<void> {
  const request = await rp.authorizationRequest();
  const page = await browser.newPage();
  await page.goto(request.url);
  if (!(await asksForPassword(page, user.name))) {
    const reason = `The next sign-in does not ask for the password; the browser is at ${page.url().split("?", 1)[0]}.`;
    await report.deferTo(["R-01"], reason);
    report.fail(reason);
  }
  await closePage(page);
}
