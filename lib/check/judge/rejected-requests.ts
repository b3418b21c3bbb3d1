/** Logout requests that an OP must not act upon: refused, or put to the user like one that proves nothing. */
import type { BrowserContext, Page } from "@playwright/test";
import type { Recorded } from "../probe/recorder.ts";
import type { Session } from "../probe/relying-party.ts";
import { closed } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { traceOf } from "../steps/browser-trace.ts";
import { logOut, openRequest, settled, usualParameters } from "../steps/logout.ts";
import {
  endSessionEndpoint,
  endSessionUrl,
  isPlainRefusal,
  type RawAnswer,
  sendRaw,
} from "../steps/raw-request.ts";
import { assertUntouched, ofThisAlone, requireUntold } from "./notifications.ts";
import { assertKept, assertLoggedOut } from "./oracles.ts";

export interface BadRequest {
  /** Which variant it is, for the reason of a failure. */
  what: string;
  parameters: Record<string, string>;
  /** Whom a browser must never be led to, beside the probes. */
  target?: string;
}

/** How long a browser is watched that was told yes, in milliseconds. */
const watch = 2_000;

/** A user's session, and what is sent in his browser. */
export interface BadRequests {
  browser: BrowserContext;
  session: Session;
  requests: readonly BadRequest[];
}

/** Sends each as the browser would, and the first, and whatever the OP did not plainly refuse, in a browser itself:
 * nobody may be logged out unasked, and no browser may be led away, also when the user says yes. Then a good request
 * shows that the session and the probes were alive all along. */
export const assertUnobeyed = (
  trial: Trial,
  browser: BrowserContext,
  session: Session,
  requests: readonly BadRequest[],
): Promise<void> => assertAllUnobeyed(trial, [{ browser, session, requests }]);

/** The same in several browsers beside each other, each at a probe of its own. */
export async function assertAllUnobeyed(trial: Trial, all: readonly BadRequests[]): Promise<void> {
  const ends = await Promise.all(all.map((each) => sendAll(trial, each)));
  for (const { browser, session } of ends) {
    await assertKept(trial, browser, session);
    await assertGoodLogout(trial, browser, session);
  }
}

/** @returns where the user is signed in at the end: after a yes he signs in anew, in another browser */
async function sendAll(
  trial: Trial,
  { requests, ...first }: BadRequests,
): Promise<Omit<BadRequests, "requests">> {
  let { browser, session } = first;
  const watched: (() => Promise<void>)[] = [];
  for (const [index, request] of requests.entries()) {
    trial.noteRequest(request.what, "GET", endSessionEndpoint(trial), request.parameters);
    const answer = await sendRaw(browser, endSessionUrl(trial, request.parameters));
    const { location } = answer.headers;
    trial.note(`raw answer: ${request.what}`, { status: answer.status, ...(location && { location }) });
    if (answer.status >= 500) trial.warn(`${request.what}: HTTP ${answer.status}.`);
    if (location && leadsAway(trial, location, request)) {
      trial.fail(`${request.what}: the OP redirects to ${location}.`);
    }
    if (index > 0 && isPlainRefusal(answer)) continue;
    const { asked, assertNotLedAway } = await inBrowser(trial, browser, session, request, answer);
    watched.push(assertNotLedAway);
    if (!asked) continue;
    // The browser that was told yes is watched on, and not waited for: its logout may take any time.
    const longEnough = elapsed(watch);
    browser = await trial.browser();
    session = await trial.signIn(browser, session.rp, trial.alice);
    await longEnough;
    await assertNotLedAway();
  }
  for (const assertNotLedAway of watched) await assertNotLedAway();
  return { browser, session };
}

/** Sends, in the browser of a live session, a hint of another session. Until the OP's question is answered, nothing may
 * happen; a yes may end this session at most, and never makes the other one known as ended.
 * @param other which the hint is of, and the browser that it lives in where it does */
export async function assertHintOfAnother(
  trial: Trial,
  live: { browser: BrowserContext; session: Session },
  other: { browser?: BrowserContext; session: Session },
): Promise<void> {
  const send = (answer: "nothing" | "yes") =>
    logOut(trial, live.browser, other.session.rp, {
      parameters: usualParameters(other.session),
      answer,
      comesBack: false,
    });
  const { startedAt, page } = await send("nothing");
  trial.require(visitsSince(trial, startedAt).length === 0, "The browser was sent back without being asked.");
  await assertUntouched(trial, live.browser, live.session, startedAt, "Nobody had answered the question");
  await closed(page);
  await send("yes");
  if (other.browser) await assertKept(trial, other.browser, other.session);
  const what = "The hint of another session came with a yes";
  requireUntold(trial, [other.session], startedAt, what, ["session"]);
}

/** The positive twin: the same browser, the same client, everything right. */
export async function assertGoodLogout(
  trial: Trial,
  browser: BrowserContext,
  session: Session,
): Promise<void> {
  const { arrived } = await logOut(trial, browser, session.rp, { parameters: usualParameters(session) });
  if (arrived?.rp !== session.rp) {
    const reason = "The good logout afterwards did not come back: nothing is proven.";
    await trial.deferTo(["R-01"], reason);
    trial.fail(reason);
  }
  await assertLoggedOut(trial, browser, session.rp);
}

/** Whatever reached a probe's page as the end of a logout, at any address. */
export const visitsSince = (trial: Trial, from: number): Recorded[] =>
  trial.probes
    .flatMap(({ recorder }) => recorder.since(from))
    .filter(
      ({ kind, url }) => kind === "post-logout" || (kind === "other" && !/^\/(favicon\.ico)?$/.test(url)),
    );

/** Presses yes where the OP asks, on a page that has loaded. Closes it where the OP does not, so that nobody does later.
 * @returns whether it did */
export async function confirms(trial: Trial, page: Page): Promise<boolean> {
  const question = trial.driver.confirmLogout(page).then(
    () => true,
    () => false,
  );
  if (await Promise.race([question, settled(page).then(() => false)])) return true;
  await closed(page);
  return question;
}

/** The same, and gives the browser the time in which it must not be led away.
 * @returns whether the OP asked */
export async function confirmsAndStays(trial: Trial, page: Page, from: number): Promise<boolean> {
  if (!(await confirms(trial, page))) return false;
  await elapsed(watch);
  const [visit] = visitsSince(trial, from);
  if (visit) trial.fail(`The browser was sent to ${visit.headers.host}${visit.url}, which nobody asked for.`);
  return true;
}

const elapsed = (milliseconds: number): Promise<false> =>
  new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));

/** @returns whether the OP asked and was told yes, and a look at where the browser has been led */
async function inBrowser(
  trial: Trial,
  browser: BrowserContext,
  session: Session,
  request: BadRequest,
  answer: RawAnswer,
): Promise<{ asked: boolean; assertNotLedAway: () => Promise<void> }> {
  const { what, parameters } = request;
  const trace = traceOf(browser);
  const startedAt = performance.now();
  const assertNotLedAway = async () => {
    const [visit] = visitsSince(trial, startedAt);
    if (visit) trial.fail(`${what}: the browser was sent to ${visit.headers.host}${visit.url}.`);
    const away = trace.navigations.find((each) => wantsTo(each.url(), request));
    if (away) trial.fail(`${what}: the browser was sent to ${away.url()}.`);
    // A browser follows no redirect to a script by itself; a user who presses a link does.
    const offered = (await waysOn(page)).find((way) => wantsTo(way, request));
    if (offered !== undefined) trial.fail(`${what}: the OP's page leads to ${offered}.`);
    const [dialog] = trace.dialogs;
    if (dialog !== undefined) trial.fail(`${what}: a script ran in the OP's page, and said ${dialog}.`);
  };
  const assertStillThere = async () => {
    await assertNotLedAway();
    const kept = await trial.ask(browser, session.rp);
    if ("error" in kept) trial.fail(`${what}: the OP logged the user out without asking (${kept.error}).`);
    requireUntold(trial, [session], startedAt, `${what}: nobody was asked`, ofThisAlone(session));
  };
  const page = await openRequest(trial, browser, session.rp, parameters);
  await assertStillThere();
  const asked = isPlainRefusal(answer) ? await elapsed(watch) : await confirms(trial, page);
  if (!asked) {
    await assertStillThere();
    await closed(page);
  }
  return { asked, assertNotLedAway };
}

/** Where the links, forms and timers of a page lead; nowhere once it has been closed or left. */
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

function leadsAway(trial: Trial, location: string, request: BadRequest): boolean {
  const url = URL.parse(location, trial.metadata.end_session_endpoint);
  return !!url && (trial.probes.some(({ base }) => base === url.origin) || wantsTo(url.href, request));
}

function wantsTo(url: string, { target }: BadRequest): boolean {
  const wanted = target === undefined ? null : URL.parse(target);
  const gone = URL.parse(url);
  return !!wanted && !!gone && gone.origin === wanted.origin && gone.pathname === wanted.pathname;
}
