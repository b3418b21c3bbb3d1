/** Signs every user in once before the checks: a sign-in that fails is reported once, not by every check. */
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { Page, Request } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Driver, DriverContext, User } from "#lib/products/driver.ts";
import { placeOf, withoutQuery } from "#lib/products/stuck.ts";
import { type AuthorizationRequest, RelyingParty } from "../probe/relying-party.ts";
import type { Browsers } from "./browsers.ts";

/** How long a page must keep asking for the password again before it counts as a refusal, in milliseconds. */
const stays = 1_500;

interface FirstSignInSettings {
  rp: RelyingParty;
  browsers: Browsers;
  driver: Driver;
  context: DriverContext;
  users: readonly User[];
  /** Called before each sign-in. */
  prepares: (what: string) => void;
  /** Longest that a sign-in may take, in milliseconds. */
  patience?: number;
}

/** One user after the other, each in a fresh browser.
 * @throws {CannotRun} with the user and the last page */
export async function assertSignIns(settings: FirstSignInSettings): Promise<void> {
  const { browsers, users, prepares } = settings;
  const subjects = new Map<string, User>();
  for (const user of users) {
    prepares(`signing in ${user.name}`);
    const browser = await browsers.fresh();
    try {
      const sub = await signIn(settings, await browser.newPage(), user);
      const same = sub === undefined ? undefined : subjects.get(sub);
      if (same)
        throw new CannotRun(
          `${same.name} and ${user.name} are the same user at the OpenID Provider: pass two different ones with --user.`,
        );
      if (sub !== undefined) subjects.set(sub, user);
    } finally {
      await browser.close();
    }
  }
}

/** @returns the `sub`; undefined if the ID Token is invalid, which the checks report in detail */
async function signIn(
  { rp, driver, context, patience = 20_000 }: FirstSignInSettings,
  page: Page,
  user: User,
): Promise<string | undefined> {
  const request = await rp.authorizationRequest();
  const from = performance.now();
  const refused = asksAgain(page, user);
  await open(page, request, rp, patience);
  const failed = Promise.withResolvers<string>();
  void driver.login(page, user, context).catch((error: unknown) => failed.resolve(firstLine(error)));
  const answered = rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: patience });
  const outcome = await Promise.race([answered, failed.promise, refused]);
  if (typeof outcome === "string")
    throw new CannotRun(
      `${user.name} could not sign in: ${outcome} The browser is at ${await placeOf(page, context)}.`,
    );
  if (!outcome) throw new CannotRun(await whereItEnded(page, driver, context, user));
  try {
    const result = await rp.complete(request, outcome);
    if (!("error" in result)) return result.sub;
    const description = result.description ? `: ${result.description}` : "";
    throw new CannotRun(
      oneLine(`${user.name} could not sign in: the OpenID Provider answered ${result.error}${description}.`),
    );
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code !== "token_error") return undefined;
    throw new CannotRun(
      oneLine(
        `The OpenID Provider issues no tokens to ${rp.name}: ${error.message} Check its secret (--client).`,
      ),
    );
  }
}

/** @throws {CannotRun} if the request does not lead to a sign-in page */
async function open(
  page: Page,
  { url }: AuthorizationRequest,
  rp: RelyingParty,
  patience: number,
): Promise<void> {
  const response = await page
    .goto(url, { waitUntil: "commit", timeout: patience })
    .catch((error: unknown) => {
      // A sign-in without questions navigates on while this page is still loading.
      if (/interrupted by another navigation|ERR_ABORTED/.test(String(error))) return null;
      throw new CannotRun(`The browser cannot open ${withoutQuery(url)}: ${firstLine(error)}`);
    });
  if (!response || response.status() < 400) return;
  throw new CannotRun(
    `The OpenID Provider answers the authorization request of ${rp.name} with HTTP ${response.status()} at ${withoutQuery(page.url())}: check that the client is registered with redirect_uri ${rp.base}/callback (--print-clients).`,
  );
}

/** Settles with the reason once the OP asks for the password again after it was sent. */
async function asksAgain(page: Page, { name, password }: User): Promise<string> {
  let sent = false;
  let loading = 0;
  const isDocument = (request: Request) =>
    request.isNavigationRequest() && request.frame() === page.mainFrame();
  page.on("request", (request) => {
    if (isDocument(request)) loading += 1;
  });
  page.on("requestfinished", (request) => {
    if (isDocument(request)) loading -= 1;
    sent ||= carries(request, password);
  });
  page.on("requestfailed", (request) => {
    if (isDocument(request)) loading -= 1;
  });
  const field = page.locator('input[type="password"]').first();
  let since: number | undefined;
  while (!page.isClosed()) {
    await delay(100);
    const asked = sent && loading <= 0 && (await field.isVisible().catch(() => false));
    since = asked ? (since ?? performance.now()) : undefined;
    if (since !== undefined && performance.now() - since > stays) {
      return `the OpenID Provider asks for the password again: the password is wrong or the user ${name} does not exist: check --user.`;
    }
  }
  return "the page was closed.";
}

/** Whether a request sends the password in a form or in JSON. */
function carries(request: Request, password: string): boolean {
  const body = request.postDataBuffer()?.toString() ?? "";
  return (
    [...new URLSearchParams(body).values()].includes(password) || body.includes(JSON.stringify(password))
  );
}

async function whereItEnded(
  page: Page,
  driver: Driver,
  context: DriverContext,
  { name }: User,
): Promise<string> {
  const asked = await page
    .locator('input[type="password"]')
    .first()
    .isVisible()
    .catch(() => false);
  const why = asked
    ? "which still asks for the password"
    : `which asks for more than a password and consent, or is unknown to the driver ${driver.name}`;
  return `${name} could not sign in: the browser was left at ${await placeOf(page, context)}, ${why}; --headed shows it.`;
}

const oneLine = (text: string): string => stripVTControlCharacters(text).replace(/\s+/g, " ");
const firstLine = (error: unknown): string =>
  oneLine((error instanceof Error ? error.message : String(error)).split("\n", 1).join());
