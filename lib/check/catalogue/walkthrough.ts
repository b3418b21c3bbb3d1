/** W: the walkthrough with playground2 and playground3, before and after all other checks. */
import type { BrowserContext, Page } from "@playwright/test";
import { mechanismNames } from "#lib/oidc/mechanisms.ts";
import { placeOf, Stuck } from "#lib/products/stuck.ts";
import type { SessionView } from "#lib/rp/session/session-view.ts";
import { lacks } from "../model/capabilities.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { App } from "../steps/app-pages.ts";

/** How long an app may take to notice a sign-in or logout, in milliseconds. */
const patience = 20_000;

const common = { clause: "BCL 2.5, FCL 3, SM 3.1", severity: "critical", needs: ["end-session"] } as const;

export const walkthrough: Check[] = [
  {
    ...common,
    id: "W-01",
    title: "Logging out of playground2 logs playground3 out",
    eachCookieMode: true,
    run: walk,
  },
  {
    ...common,
    id: "W-02",
    title: "Logging out of playground2 still logs playground3 out after all other checks",
    last: true,
    run: walk,
  },
];

async function walk(t: Trial): Promise<void> {
  const mechanisms = mechanismNames.filter((each) => !lacks(t, each, t.rp("rp-a")));
  if (mechanisms.length === 0)
    t.report.skip("The OP declares no mechanism that notifies other apps of a logout.");
  const playground = await t.playground();
  const browser = await t.browser();
  const two = await signIn(t, browser, playground.apps.playground2);
  const three = await signIn(t, browser, playground.apps.playground3);
  const [first, second] = [await two.session(), await three.session()];
  t.report.note("signed in at both apps", { playground2: first.sub ?? "", playground3: second.sub ?? "" });

  const began = performance.now();
  await two.app.logout();
  void t.driver.confirmLogout(two.app.page, t.context).catch(() => undefined); // not every OP asks
  if (!(await three.becomes("logged out"))) {
    const reason = `playground3 kept its user for ${patience / 1000} s after the logout at playground2: waited for ${mechanisms.join(" or ")} to end its session (GET ${three.app.base}/session); playground2's page is at ${await placeOf(two.app.page, t.context)}.`;
    const blocked = t.cookieMode === "cookies-blocked" && !mechanisms.includes("back-channel");
    if (blocked)
      return t.report.warn(`${reason} With third-party cookies blocked only back-channel logout reaches it.`);
    t.report.fail(reason);
  }
  const by = (await three.session()).loggedOutBy ?? "an unknown mechanism";
  t.report.measure(`playground3 was notified after ${Math.round(performance.now() - began)} ms, by ${by}.`);
  if (!(await two.becomes("logged out")))
    t.report.fail(
      `playground2 kept its own user: waited ${patience / 1000} s for GET ${two.app.base}/session to name none; its page is at ${await placeOf(two.app.page, t.context)}.`,
    );
  await three.app.page.reload();
  t.report.require((await three.session()).user === null, "playground3 has its user again after a reload.");
}

/** The tutorial's steps at one app, until the app knows its user. */
async function signIn(t: Trial, browser: BrowserContext, base: string): Promise<WatchedApp> {
  const app = new App(await browser.newPage(), base);
  const watched = await WatchedApp.of(app, await browser.newPage());
  await app.importPhotos({ grantType: "Authorization Code" });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  t.driver.login(app.page, t.alice, t.context).catch(failed.reject);
  const waited = `Waited ${patience / 1000} s for GET ${base}/session to name a user`;
  const signedIn = await Promise.race([watched.becomes("logged in"), failed.promise]).catch(
    async (error: unknown) => {
      if (!(error instanceof Stuck)) throw error;
      return t.report.fail(
        `${t.alice.name} could not sign in at ${base}: ${error.message} The browser is at ${await placeOf(app.page, t.context)}.`,
      );
    },
  );
  if (!signedIn)
    t.report.fail(
      `${t.alice.name} could not sign in at ${base}. ${waited}; the browser is at ${await placeOf(app.page, t.context)}.`,
    );
  return watched;
}

/** The app's answer at GET /session in this browser; the content of its pages is not used. A separate page asks,
 * because only browsers resolve `*.localhost`. */
class WatchedApp {
  readonly app: App;
  readonly #page: Page;

  private constructor(app: App, page: Page) {
    this.app = app;
    this.#page = page;
  }

  static async of(app: App, page: Page): Promise<WatchedApp> {
    await page.goto(`${app.base}/session`);
    return new WatchedApp(app, page);
  }

  session(): Promise<SessionView> {
    return this.#page.evaluate(async () => (await fetch(location.href)).json());
  }

  /** @returns whether it did so in time */
  becomes(state: "logged in" | "logged out"): Promise<boolean> {
    return this.#page.evaluate(
      async ([loggedIn, patience]) => {
        for (const end = performance.now() + patience; performance.now() < end; ) {
          const { user } = (await (await fetch(location.href)).json()) as { user: string | null };
          if ((user !== null) === loggedIn) return true;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return false;
      },
      [state === "logged in", patience] as const,
    );
  }
}
