/** Confirming a logout at the OP: the user's yes, and the request that carries it, which an attacker may send too. */
import { setTimeout as elapsed } from "node:timers/promises";
import type { BrowserContext, Page, Request, Response } from "@playwright/test";
import type { RelyingParty } from "../probe/relying-party.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { settled, visitsSince, watch } from "./logout.ts";

interface HeldRequest {
  method: string;
  url: string;
  form: Record<string, string>;
}

/** Longest wait for the request after the yes, in milliseconds. */
const patience = 3_000;

/** Answers yes if the OP asks, on a page that has loaded. Otherwise closes the page, so that no later step meets it.
 * @returns whether the OP asked */
export async function confirmIfAsked(trial: Trial, page: Page): Promise<boolean> {
  const question = trial.driver.confirmLogout(page, trial.context).then(
    () => true,
    () => false,
  );
  if (await Promise.race([question, settled(page).then(() => false)])) return true;
  await closePage(page);
  return question;
}

/** The same; afterwards watches that the browser is not sent to a probe.
 * @returns whether the OP asked */
export async function confirmAndStay(trial: Trial, page: Page, from: number): Promise<boolean> {
  if (!(await confirmIfAsked(trial, page))) return false;
  await elapsed(watch);
  const [visit] = visitsSince(trial, from);
  if (visit)
    trial.report.fail(
      `The browser was sent to ${visit.headers.host}${visit.url}, which no request asked for.`,
    );
  return true;
}

/** Opens the question in this browser, answers yes, and holds the request back.
 * @returns the request, and the headers of the page that asked; undefined if the OP did not ask */
export async function confirmationOf(
  trial: Trial,
  browser: BrowserContext,
  endpoint: string,
): Promise<{ request: HeldRequest; headers: Record<string, string> } | undefined> {
  const page = await browser.newPage();
  const documents: Response[] = [];
  page.on("response", (response) => void (isDocument(response.request()) && documents.push(response)));
  await page.goto(endpoint);
  const { promise, resolve } = Promise.withResolvers<Request | undefined>();
  await page.route("**", async (route) => {
    // The page may be closed by then, and this is not awaited.
    if (!isDocument(route.request())) return route.continue().catch(() => undefined);
    resolve(route.request());
    await route.abort().catch(() => undefined);
  });
  if (!(await confirmIfAsked(trial, page))) resolve(undefined);
  const timer = setTimeout(() => resolve(undefined), patience);
  const held = await promise;
  clearTimeout(timer);
  if (!held) return undefined;
  const headers = documents.at(-1)?.headers() ?? {};
  await closePage(page);
  const form = Object.fromEntries(new URLSearchParams(held.postData() ?? ""));
  return { request: { method: held.method(), url: held.url(), form }, headers };
}

/** Sends it from a page of this probe, as any other site could. */
export async function replayFrom(
  browser: BrowserContext,
  from: RelyingParty,
  { method, url, form }: HeldRequest,
): Promise<void> {
  const page = await browser.newPage();
  await page.goto(`${from.base}/`);
  const answered = page.waitForEvent("load", { timeout: patience }).catch(() => undefined);
  await page.evaluate(
    ([verb, action, fields]) => {
      if (verb === "GET") return location.assign(action);
      const element = Object.assign(document.createElement("form"), { method: "post", action });
      for (const [name, value] of Object.entries(fields)) {
        element.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      document.body.append(element);
      HTMLFormElement.prototype.submit.call(element);
    },
    [method, url, form] as const,
  );
  await answered;
  await closePage(page);
}

const isDocument = (request: Request): boolean =>
  request.isNavigationRequest() && !request.frame().parentFrame();
