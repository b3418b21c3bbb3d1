/** RP-initiated logout in a real browser, and where it ended. */
import { setTimeout as elapsed } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { answerLine, answersOn } from "./browser-trace.ts";

export interface LogoutAttempt {
  parameters: Record<string, string>;
  method?: "GET" | "POST";
  /** What the user answers where the OP asks; `nothing` leaves the question open. */
  answer?: "yes" | "no" | "nothing";
  /** Whether the browser is expected back at a probe. If not, it is watched for a while in which it must not come. */
  comesBack?: boolean;
  /** Nothing is added to the parameters, whatever the driver says of the product. */
  asIs?: boolean;
}

export interface LogoutOutcome {
  /** When the request left, on the clock of the recorders. */
  startedAt: number;
  asked: boolean;
  /** The browser's arrival at a probe's post-logout URI. */
  arrived: (Recorded & { rp: RelyingParty }) | undefined;
  /** Where the browser was left. */
  finalUrl: string;
  page: Page;
}

/** Longest wait for the browser to come back, in milliseconds: an OP may tell slow apps first. */
const patience = 15_000;
/** How long a browser that must not come back is watched, in milliseconds. */
export const watch = 2_000;
/** Longest that a click which leads the browser away takes to return, in milliseconds. */
const clickReturns = 1_000;

/** Sends a logout request from the page of a probe and answers the OP's question.
 * @param from the probe whose page sends it: a form of it for POST, as Relying Parties do */
export async function logOut(
  trial: Trial,
  browser: BrowserContext,
  from: RelyingParty,
  { parameters: given, method = "GET", answer = "yes", comesBack = true, asIs = false }: LogoutAttempt,
): Promise<LogoutOutcome> {
  const endpoint = trial.metadata.end_session_endpoint;
  if (!endpoint) trial.report.skip("The discovery document names no end_session_endpoint.");
  const parameters = asIs ? given : parametersToReturn(trial, given);
  const page = await browser.newPage();
  await page.goto(`${from.base}/`);
  const startedAt = performance.now();
  trial.report.noteRequest(`logout request from ${from.name}`, method, endpoint, parameters);
  const answers = answersOn(page);
  const refusal = refusedOn(page);
  const loaded = page.waitForEvent("load", { timeout: patience }).catch(() => undefined);
  await send(page, method, endpoint, parameters);
  const arrival = arrivalAt(trial, startedAt, comesBack || answer !== "nothing" ? patience : watch);
  const nothingComes = comesBack ? refusal : loaded.then(() => settled(page));
  const question = answer === "nothing" ? undefined : answerQuestion(trial, page, answer);
  // The browser may be there before the driver has returned from its click.
  const unasked = Promise.race([arrival.then((came) => came && elapsed(clickReturns)), nothingComes]);
  const asked = question ? await Promise.race([question, unasked.then(() => false)]) : false;
  // The answer may have taken a while: from it on, the browser gets its full time.
  const arrived = asked
    ? await arrivalAt(trial, startedAt, comesBack ? patience : watch)
    : await Promise.race([arrival, nothingComes.then(() => undefined)]);
  const ofOp = answers.filter((answer) => !trial.isAtProbe(answer.url()));
  trial.report.note("what the OP answered", ofOp.map(answerLine).join("\n") || "nothing");
  trial.report.note("where the logout ended", {
    url: page.url().split("?", 1)[0],
    asked,
    came_back_to: arrived?.rp.name ?? "nobody",
  });
  return { startedAt, asked, arrived, finalUrl: page.url(), page };
}

/** Until a page of the OP that is an error has had its time to lead on nevertheless; for ever where none comes. */
function refusedOn(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on("response", (response) => {
      const request = response.request();
      const isDocument = request.isNavigationRequest() && request.frame() === page.mainFrame();
      if (isDocument && response.status() >= 400) void elapsed(watch).then(resolve);
    });
  });
}

/** Until a page that has loaded has also got what its scripts asked for, and has had its time to show a question. */
export async function settled(page: Page): Promise<void> {
  // biome-ignore lint/suspicious/noPlaywrightNetworkidle: on the page of an unknown product there is no element to wait for.
  await page.waitForLoadState("networkidle", { timeout: patience }).catch(() => undefined);
  await elapsed(watch);
  const idle = page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve())));
  await Promise.race([idle.catch(() => undefined), elapsed(patience)]);
}

/** Sends a logout request by GET from the page of a probe, and waits for the page that answers it, no longer than for
 * one that must not come back. */
export async function openRequest(
  trial: Trial,
  browser: BrowserContext,
  from: RelyingParty,
  parameters: Record<string, string>,
): Promise<Page> {
  const endpoint = trial.metadata.end_session_endpoint;
  if (!endpoint) trial.report.skip("The discovery document names no end_session_endpoint.");
  const page = await browser.newPage();
  await page.goto(`${from.base}/`);
  trial.report.noteRequest(`logout request from ${from.name}`, "GET", endpoint, parameters);
  const loaded = page.waitForEvent("load", { timeout: watch }).catch(() => undefined);
  await send(page, "GET", endpoint, parameters);
  await loaded;
  return page;
}

/** With what this OP wants before it lets the browser come back. */
export const parametersToReturn = (trial: Trial, given: Record<string, string>): Record<string, string> =>
  trial.driver.returnsOnlyWithState && "post_logout_redirect_uri" in given
    ? { state: crypto.randomUUID(), ...given }
    : given;

/** With everything that RIL 2 recommends. */
export const usualParameters = (session: { idToken: string; rp: RelyingParty }): Record<string, string> => ({
  id_token_hint: session.idToken,
  post_logout_redirect_uri: session.rp.postLogoutUri,
});

async function send(
  page: Page,
  method: "GET" | "POST",
  endpoint: string,
  parameters: Record<string, string>,
): Promise<void> {
  await page.evaluate(
    ([verb, action, fields]) => {
      const url = new URL(action);
      const form = document.createElement("form");
      Object.assign(form, { method: verb, action: url.origin + url.pathname });
      if (verb === "POST") form.action = action;
      const own = verb === "GET" ? [...url.searchParams] : [];
      for (const [name, value] of [...own, ...Object.entries(fields)]) {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    },
    [method, endpoint, parameters] as const,
  );
}

async function answerQuestion(trial: Trial, page: Page, answer: "yes" | "no"): Promise<boolean> {
  try {
    await (answer === "yes" ? trial.driver.confirmLogout(page) : trial.driver.declineLogout(page));
    return true;
  } catch {
    return new Promise(() => {}); // no question; the browser's arrival, or the end of the wait, decides
  }
}

async function arrivalAt(trial: Trial, from: number, timeout: number): Promise<LogoutOutcome["arrived"]> {
  const wanted = ({ kind }: Recorded) => kind === "post-logout";
  const waits = trial.probes.map(async (rp) => {
    const recorded = await rp.recorder.waitFor(wanted, { from, timeout });
    return recorded && { ...recorded, rp };
  });
  const first = await Promise.race([
    ...waits.map(async (wait) => (await wait) ?? new Promise<never>(() => {})),
    Promise.all(waits).then((all) => all.find(Boolean)),
  ]);
  return first;
}

/** Requests to the probes that look like the end of a logout, at any path. */
export const visitsSince = (trial: Trial, from: number): Recorded[] =>
  trial.probes
    .flatMap(({ recorder }) => recorder.since(from))
    .filter(
      ({ kind, url }) => kind === "post-logout" || (kind === "other" && !/^\/(favicon\.ico)?$/.test(url)),
    );
