/** The request by which a user's yes reaches the OP, held back so that it can be looked at, and sent by somebody else. */
import type { BrowserContext, Request, Response } from "@playwright/test";
import { confirms } from "../judge/rejected-requests.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import { closed } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";

export interface HeldRequest {
  method: string;
  url: string;
  form: Record<string, string>;
}

/** Longest wait for the request after yes was pressed, in milliseconds. */
const patience = 3_000;

/** Opens the question in this browser, presses yes, and keeps the request from leaving.
 * @returns the request, and the headers of the page that asked; undefined where nobody was asked */
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
    // The page may be closed by then, and nobody awaits this.
    if (!isDocument(route.request())) return route.continue().catch(() => undefined);
    resolve(route.request());
    await route.abort().catch(() => undefined);
  });
  if (!(await confirms(trial, page))) resolve(undefined);
  const timer = setTimeout(() => resolve(undefined), patience);
  const held = await promise;
  clearTimeout(timer);
  if (!held) return undefined;
  const headers = documents.at(-1)?.headers() ?? {};
  await closed(page);
  const form = Object.fromEntries(new URLSearchParams(held.postData() ?? ""));
  return { request: { method: held.method(), url: held.url(), form }, headers };
}

/** Has a page of this probe send it, as any other site could. */
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
  await closed(page);
}

const isDocument = (request: Request): boolean =>
  request.isNavigationRequest() && !request.frame().parentFrame();
