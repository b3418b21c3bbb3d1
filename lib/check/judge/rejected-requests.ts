/** Logout requests that an OP must not obey: it refuses them, or asks the user as for a request that proves nothing. */
import { setTimeout as elapsed } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import type { SignIn } from "../probe/relying-party.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { traceOf } from "../steps/browser-trace.ts";
import { confirmIfAsked } from "../steps/confirmation.ts";
import { logOut, openRequest, usualParameters, visitsSince, watch } from "../steps/logout.ts";
import {
  endSessionEndpoint,
  endSessionUrl,
  isPlainRefusal,
  type RawAnswer,
  sendRaw,
} from "../steps/raw-request.ts";
import { assertUndisturbed, requireNoNotification, scopesOf } from "./notifications.ts";
import { assertKept, assertLoggedOut, whyNotKept } from "./oracles.ts";

export interface BadRequest {
  /** Which variant it is, for the reason of a failure. */
  what: string;
  parameters: Record<string, string>;
  /** Where a browser must never be sent, besides the probes. */
  target?: string;
  /** Its hint is valid: the OP need not ask (RIL 2), so a logout without asking is only a warning. */
  isProven?: true;
}

/** A user's session and the requests to send in its browser. */
interface BadRequests {
  browser: BrowserContext;
  session: SignIn;
  requests: readonly BadRequest[];
}

/** Sends each request directly, and the first one and every one that the OP did not plainly refuse in a page too. The OP
 * must not log the user out without asking, unless the hint is valid, nor send the browser away, even after a yes. A good
 * request at the end shows that the session and the probes worked all along. */
export const assertNotObeyed = (
  trial: Trial,
  browser: BrowserContext,
  session: SignIn,
  requests: readonly BadRequest[],
): Promise<void> => assertNoneObeyed(trial, [{ browser, session, requests }]);

/** The same in several browsers in parallel, each at its own probe. */
export async function assertNoneObeyed(trial: Trial, all: readonly BadRequests[]): Promise<void> {
  const ends = await Promise.all(all.map((each) => sendAll(trial, each)));
  for (const { browser, session } of ends) {
    await assertKept(trial, browser, session);
    await assertGoodLogout(trial, browser, session);
  }
}

/** @returns where the user is signed in at the end: after a yes it is a new session in another browser */
async function sendAll(
  trial: Trial,
  { requests, ...first }: BadRequests,
): Promise<Omit<BadRequests, "requests">> {
  const { report } = trial;
  let { browser, session } = first;
  const watched: (() => Promise<void>)[] = [];
  for (const [index, request] of requests.entries()) {
    report.noteRequest(request.what, "GET", endSessionEndpoint(trial), request.parameters);
    const answer = await sendRaw(browser, endSessionUrl(trial, request.parameters));
    const { location } = answer.headers;
    report.note(`raw answer: ${request.what}`, { status: answer.status, ...(location && { location }) });
    if (answer.status >= 500) report.warn(`${request.what}: HTTP ${answer.status}.`);
    if (location && leadsAway(trial, location, request)) {
      report.fail(`${request.what}: the OP redirects to ${location}.`);
    }
    if (index > 0 && isPlainRefusal(answer)) continue;
    const { isOver, assertNotLedAway } = await inBrowser(trial, browser, session, request, answer);
    watched.push(assertNotLedAway);
    if (!isOver) continue;
    // The browser with the yes is watched but not awaited: its logout may take any time.
    const longEnough = elapsed(watch);
    browser = await trial.browser();
    session = await trial.signIn(browser, session.rp, trial.alice);
    await longEnough;
    await assertNotLedAway();
  }
  for (const assertNotLedAway of watched) await assertNotLedAway();
  const isProven = requests.some((each) => each.isProven);
  if (!isProven || !(await whyNotKept(trial, browser, session))) return { browser, session };
  // No page showed that: the OP ended the session with a request that it plainly refused.
  report.warn("The OP refuses the URI, and logs the user out without asking.");
  const another = await trial.browser();
  return { browser: another, session: await trial.signIn(another, session.rp, trial.alice) };
}

/** Sends, in the browser of a live session, a hint of another session. Nothing may happen before the user answers the
 * OP's question; a yes may end this session at most, and must never report the other one as ended.
 * @param other the session of the hint, and its browser if it lives in one */
export async function assertHintOfAnother(
  trial: Trial,
  live: { browser: BrowserContext; session: SignIn },
  other: { browser?: BrowserContext; session: SignIn },
): Promise<void> {
  const send = (answer: "nothing" | "yes") =>
    logOut(trial, live.browser, other.session.rp, {
      parameters: usualParameters(other.session),
      answer,
      comesBack: false,
    });
  const { startedAt, page } = await send("nothing");
  const visits = visitsSince(trial, startedAt);
  trial.report.require(visits.length === 0, "The browser was sent back without asking the user.");
  const unanswered = "The user had not answered the question";
  await assertUndisturbed(trial, live.browser, live.session, startedAt, unanswered);
  await closePage(page);
  await send("yes");
  if (other.browser) await assertKept(trial, other.browser, other.session);
  const what = "The hint of another session came with a yes";
  requireNoNotification(trial.report, [other.session], startedAt, what, ["session"]);
}

/** The positive twin: the same browser and client with a correct request. */
export async function assertGoodLogout(
  trial: Trial,
  browser: BrowserContext,
  session: SignIn,
): Promise<void> {
  const { arrived } = await logOut(trial, browser, session.rp, { parameters: usualParameters(session) });
  if (arrived?.rp !== session.rp) {
    const reason = "The good logout afterwards did not come back: nothing is proven.";
    await trial.report.deferTo(["R-01"], reason);
    trial.report.fail(reason);
  }
  await assertLoggedOut(trial, browser, session.rp);
}

/** @returns whether the session may have ended: the OP asked and got a yes, or it need not ask; and a check of where the
 * browser has been sent */
async function inBrowser(
  trial: Trial,
  browser: BrowserContext,
  session: SignIn,
  request: BadRequest,
  answer: RawAnswer,
): Promise<{ isOver: boolean; assertNotLedAway: () => Promise<void> }> {
  const { report } = trial;
  const { what, parameters } = request;
  const trace = traceOf(browser);
  const startedAt = performance.now();
  const assertNotLedAway = async () => {
    // Of this browser: others may be at the probes at the same time.
    const away = trace.navigations.find((each) => isVisit(trial, each.url()) || wantsTo(each.url(), request));
    if (away) report.fail(`${what}: the browser was sent to ${away.url()}.`);
    // A browser follows no redirect to a script on its own, but a user may click a link to one.
    const offered = (await waysOn(page)).find((way) => wantsTo(way, request));
    if (offered !== undefined) report.fail(`${what}: the OP's page leads to ${offered}.`);
    const [dialog] = trace.dialogs;
    if (dialog !== undefined) report.fail(`${what}: a script ran in the OP's page and said ${dialog}.`);
  };
  /** @returns false if the user was logged out, where the OP need not ask */
  const isStillThere = async (): Promise<boolean> => {
    await assertNotLedAway();
    const gone = await whyNotKept(trial, browser, session);
    const unasked = `${what}: the OP logged the user out without asking`;
    if (gone && !request.isProven) report.fail(`${unasked}. ${gone}`);
    if (gone) report.warn(`${unasked}, which a valid hint allows.`);
    if (gone) return false;
    requireNoNotification(report, [session], startedAt, `${what}: the OP did not ask`, scopesOf(session));
    return true;
  };
  const page = await openRequest(trial, browser, session.rp, parameters);
  if (!(await isStillThere())) return { isOver: true, assertNotLedAway };
  const asked = isPlainRefusal(answer) ? await elapsed(watch, false) : await confirmIfAsked(trial, page);
  if (asked) return { isOver: true, assertNotLedAway };
  const isOver = !(await isStillThere());
  await closePage(page);
  return { isOver, assertNotLedAway };
}

/** Where the links, forms and timers of a page lead; empty once it has been closed or left. */
const waysOn = (page: Page): Promise<string[]> =>
  page
    .evaluate(() => {
      const links = [...document.querySelectorAll("a[href], area[href], form[action]")];
      const timers = [...document.querySelectorAll("meta[http-equiv=refresh i]")];
      return [
        ...links.map((element) => element.getAttribute("href") ?? element.getAttribute("action") ?? ""),
        ...timers.map((element) => element.getAttribute("content")?.replace(/^[^=]*=\s*/, "") ?? ""),
      ];
    })
    .catch(() => []);

/** Whether a page at a probe looks like the end of a logout, at any path. */
const isVisit = (trial: Trial, url: string): boolean =>
  trial.isAtProbe(url) && !/^\/(callback|op-iframe)?$/.test(new URL(url).pathname);

function leadsAway(trial: Trial, location: string, request: BadRequest): boolean {
  const url = URL.parse(location, trial.metadata.end_session_endpoint);
  return !!url && (trial.probes.some(({ base }) => base === url.origin) || wantsTo(url.href, request));
}

function wantsTo(url: string, { target }: BadRequest): boolean {
  const wanted = target === undefined ? null : URL.parse(target);
  const gone = URL.parse(url);
  return !!wanted && !!gone && gone.origin === wanted.origin && gone.pathname === wanted.pathname;
}
