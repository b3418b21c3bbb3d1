/** RP-initiated logout in a real browser. */
import { setTimeout as elapsed } from "node:timers/promises";
import type { BrowserContext, Page } from "@playwright/test";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { answerLine, answersOn } from "./browser-trace.ts";

export interface LogoutAttempt {
  parameters: Record<string, string>;
  method?: "GET" | "POST";
  /** The user's answer if the OP asks; `nothing` leaves the question open. */
  answer?: "yes" | "no" | "nothing";
  /** Whether the browser is expected back at a probe. If not, it is watched for a while. */
  comesBack?: boolean;
  /** Adds nothing to the parameters, whatever the driver says about the product. */
  asIs?: boolean;
}

export interface LogoutOutcome {
  /** When the request was sent, on the clock of the recorders. */
  startedAt: number;
  asked: boolean;
  /** The browser's arrival at the post-logout URI of a probe. */
  arrived: (Recorded & { rp: RelyingParty }) | undefined;
  /** Where the browser ended. */
  finalUrl: string;
  /** Where it was sent; once the browser has come back, a later step may use it again. */
  page: Page;
}

/** Longest wait for the browser to come back, in milliseconds: an OP may notify slow apps first. */
const patience = 15_000;
/** How long a browser that must not come back is watched, in milliseconds. */
export const watch = 2_000;
/** Longest that a click takes to return if it navigates away, in milliseconds. */
const clickReturns = 1_000;

/** Sends a logout request from the page of a probe and answers the OP's question.
 * @param from the probe whose page sends it, by a form for POST as RPs do */
export async function logOut(
  trial: Trial,
  browser: BrowserContext,
  from: RelyingParty,
  { parameters: given, method = "GET", answer = "yes", comesBack = true, asIs = false }: LogoutAttempt,
): Promise<LogoutOutcome> {
  const endpoint = trial.metadata.end_session_endpoint;
  if (!endpoint) trial.report.skip("The discovery document has no end_session_endpoint.");
  const parameters = asIs ? given : parametersToReturn(trial, given);
  const page = comesBack ? await trial.pageFor(browser, from) : await browser.newPage();
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
  // The browser may arrive before the driver has returned from its click.
  const unasked = Promise.race([arrival.then((came) => came && elapsed(clickReturns)), nothingComes]);
  const asked = question ? await Promise.race([question, unasked.then(() => false)]) : false;
  // The answer may have taken a while: the browser gets its full time after it.
  const arrived = asked
    ? await arrivalAt(trial, startedAt, comesBack ? patience : watch)
    : await Promise.race([arrival, nothingComes.then(() => undefined)]);
  const ofOp = answers.filter((answer) => !trial.isAtProbe(answer.url()));
  trial.report.note("answers of the OP", ofOp.map(answerLine).join("\n") || "nothing");
  trial.report.note("end of the logout", {
    url: page.url().split("?", 1)[0],
    asked,
    came_back_to: arrived?.rp.name ?? "no app",
  });
  const finalUrl = page.url();
  // A driver that still waits for a question would answer a later one.
  if (comesBack && asked && arrived) await trial.keepPage(page, arrived.rp);
  return { startedAt, asked, arrived, finalUrl, page };
}

/** Settles some time after an error page of the OP, which might still redirect; never if there is none. */
function refusedOn(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on("response", (response) => {
      const request = response.request();
      const isDocument = request.isNavigationRequest() && request.frame() === page.mainFrame();
      if (isDocument && response.status() >= 400) void elapsed(watch).then(resolve);
    });
  });
}

/** Settles once a loaded page has also finished the requests of its scripts, and has had time to show a question. */
export async function settled(page: Page): Promise<void> {
  // biome-ignore lint/suspicious/noPlaywrightNetworkidle: the page of an unknown product has no known element to wait for.
  await page.waitForLoadState("networkidle", { timeout: patience }).catch(() => undefined);
  await elapsed(watch);
  const idle = page.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve())));
  await Promise.race([idle.catch(() => undefined), elapsed(patience)]);
}

/** Sends a logout request by GET from the page of a probe, and waits briefly for the page that answers it. */
export async function openRequest(
  trial: Trial,
  browser: BrowserContext,
  from: RelyingParty,
  parameters: Record<string, string>,
): Promise<Page> {
  const endpoint = trial.metadata.end_session_endpoint;
  if (!endpoint) trial.report.skip("The discovery document has no end_session_endpoint.");
  const page = await browser.newPage();
  await page.goto(`${from.base}/`);
  trial.report.noteRequest(`logout request from ${from.name}`, "GET", endpoint, parameters);
  const loaded = page.waitForEvent("load", { timeout: watch }).catch(() => undefined);
  await send(page, "GET", endpoint, parameters);
  await loaded;
  return page;
}

/** The parameters, with those without which this OP does not send the browser back. */
export const parametersToReturn = (trial: Trial, given: Record<string, string>): Record<string, string> =>
  trial.driver.returnsOnlyWithState && "post_logout_redirect_uri" in given
    ? { state: crypto.randomUUID(), ...given }
    : given;

/** All parameters that RIL 2 recommends. */
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
    const { driver, context } = trial;
    await (answer === "yes" ? driver.confirmLogout(page, context) : driver.declineLogout(page, context));
    return true;
  } catch {
    return new Promise(() => {}); // no question: the arrival of the browser or the time limit decides
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
