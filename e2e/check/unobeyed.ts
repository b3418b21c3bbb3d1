/** Logout requests that an OP must not act upon: refused, or put to the user like one that proves nothing. */
import type { BrowserContext, Page } from "@playwright/test";
import { traceOf } from "./browser-trace.ts";
import { logOut, usualParameters } from "./logout.ts";
import { assertKept, assertLoggedOut } from "./oracles.ts";
import { endSessionUrl, isPlainRefusal, sendRaw } from "./raw-request.ts";
import type { Recorded } from "./recorder.ts";
import type { Session } from "./relying-party.ts";
import type { Trial } from "./trial.ts";

export interface BadRequest {
  /** Which variant it is, for the reason of a failure. */
  what: string;
  parameters: Record<string, string>;
  /** Whom a browser must never be led to, beside the probes. */
  target?: string;
}

/** How long a browser is watched that was told yes, in milliseconds. */
const watch = 2_000;
/** Longest wait for the question, in milliseconds: on a busy machine it takes a while, and none is a finding. */
const patience = 5_000;

/** Sends each as the browser would, and the first, and whatever the OP did not plainly refuse, in the browser itself:
 * nobody may be logged out unasked, and no browser may be led away, also when the user says yes. Then a good request
 * shows that the session and the probes were alive all along. */
export async function assertUnobeyed(
  trial: Trial,
  browser: BrowserContext,
  begun: Session,
  requests: readonly BadRequest[],
): Promise<void> {
  let session = begun;
  for (const [index, request] of requests.entries()) {
    const answer = await sendRaw(browser, endSessionUrl(trial, request.parameters));
    const { location } = answer.headers;
    trial.note(`raw answer: ${request.what}`, { status: answer.status, ...(location && { location }) });
    if (answer.status >= 500) trial.warn(`${request.what}: HTTP ${answer.status}.`);
    if (location && leadsAway(trial, location, request)) {
      trial.fail(`${request.what}: the OP redirects to ${location}.`);
    }
    if (index > 0 && isPlainRefusal(answer)) continue;
    await inBrowser(trial, browser, session, request, isPlainRefusal(answer));
    if (!isPlainRefusal(answer)) session = await trial.signIn(browser, session.rp, trial.alice);
  }
  await assertKept(trial, browser, session);
  await assertGoodLogout(trial, browser, session);
}

/** The positive twin: the same browser, the same client, everything right. */
export async function assertGoodLogout(
  trial: Trial,
  browser: BrowserContext,
  session: Session,
): Promise<void> {
  const { arrived } = await logOut(trial, browser, session.rp, { parameters: usualParameters(session) });
  trial.require(
    arrived?.rp === session.rp,
    "The good logout afterwards did not come back: nothing is proven.",
  );
  await assertLoggedOut(trial, browser, session.rp);
}

/** Whatever reached a probe's page as the end of a logout, at any address. */
export const visitsSince = (trial: Trial, from: number): Recorded[] =>
  trial.probes
    .flatMap(({ recorder }) => recorder.since(from))
    .filter(
      ({ kind, url }) => kind === "post-logout" || (kind === "other" && !/^\/(favicon\.ico)?$/.test(url)),
    );

/** Presses yes where the OP asks.
 * @returns whether it did */
export async function confirms(trial: Trial, page: Page): Promise<boolean> {
  const question = trial.driver.confirmLogout(page).then(
    () => true,
    () => false,
  );
  return Promise.race([question, elapsed(patience)]);
}

/** The same, and gives the browser the time in which it must not be led away.
 * @returns whether the OP asked */
export async function confirmsAndStays(trial: Trial, page: Page, from: number): Promise<boolean> {
  if (!(await confirmsAndWatches(trial, page))) return false;
  const [visit] = visitsSince(trial, from);
  if (visit) trial.fail(`The browser was sent to ${visit.headers.host}${visit.url}, which nobody asked for.`);
  return true;
}

/** Presses yes, and watches the browser from the page on that answers it.
 * @returns whether the OP asked */
async function confirmsAndWatches(trial: Trial, page: Page): Promise<boolean> {
  const answered = page.waitForEvent("load", { timeout: 5_000 }).catch(() => undefined);
  if (!(await confirms(trial, page))) return false;
  await answered;
  await elapsed(watch);
  return true;
}

const elapsed = (milliseconds: number): Promise<false> =>
  new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));

async function inBrowser(
  trial: Trial,
  browser: BrowserContext,
  session: Session,
  request: BadRequest,
  refused: boolean,
): Promise<void> {
  const { what, parameters } = request;
  const trace = traceOf(browser);
  const { startedAt, page } = await logOut(trial, browser, session.rp, {
    parameters,
    answer: "nothing",
    comesBack: false,
  });
  const assertNotLedAway = () => {
    const [visit] = visitsSince(trial, startedAt);
    if (visit) trial.fail(`${what}: the browser was sent to ${visit.headers.host}${visit.url}.`);
    const away = trace.navigations.find((each) => wantsTo(each.url(), request));
    if (away) trial.fail(`${what}: the browser was sent to ${away.url()}.`);
  };
  assertNotLedAway();
  if (!refused) {
    const kept = await trial.ask(browser, session.rp);
    if ("error" in kept) trial.fail(`${what}: the OP logged the user out without asking (${kept.error}).`);
    await confirmsAndWatches(trial, page);
    assertNotLedAway();
  }
  await page.close();
}

function leadsAway(trial: Trial, location: string, request: BadRequest): boolean {
  const url = URL.parse(location, trial.metadata.end_session_endpoint);
  return !!url && (trial.probes.some(({ base }) => base === url.origin) || wantsTo(url.href, request));
}

function wantsTo(url: string, { target }: BadRequest): boolean {
  const wanted = target === undefined ? null : URL.parse(target);
  const gone = URL.parse(url);
  return !!wanted && !!gone && gone.origin === wanted.origin && gone.pathname === wanted.pathname;
}
