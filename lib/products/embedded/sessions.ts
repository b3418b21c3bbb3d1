/** The sessions page of the embedded OpenID Provider, where administrators and users end sessions. */
import type { Page } from "@playwright/test";
import type { HttpBrowser, Visit } from "#lib/net/http-browser.ts";
import { administrator } from "../admin-api.ts";
import type { Driver, DriverContext } from "../driver.ts";

const addressOf = ({ issuer }: DriverContext): string => new URL("/sessions", issuer).href;

/** The page as an administrator sees it: with the sessions of all users. */
async function asAdministrator(context: DriverContext): Promise<{ browser: HttpBrowser; page: Visit }> {
  const admin = administrator(context, "The embedded OpenID Provider");
  // Loaded only here: `slo-playground register` runs without development packages.
  const { HttpBrowser } = await import("#lib/net/http-browser.ts");
  const browser = new HttpBrowser(context.fetch);
  const signIn = await browser.get(addressOf(context));
  const answer = await browser.submit(signIn, { username: admin.name, password: admin.password });
  if (answer.status !== 303) throw new Error(`${admin.name} could not sign in at ${signIn.url}.`);
  return { browser, page: await browser.follow(answer) };
}

/** For each card with this attribute, the page from there on: its first form is the card's. */
function cards(page: Visit, attribute: string): Visit[] {
  const starts = [...page.text.matchAll(/<section class="card" data-session=[^>]*>/g)];
  return starts
    .filter(([tag]) => tag.includes(attribute))
    .map(({ index }) => ({ ...page, text: page.text.slice(index) }));
}

async function endSessionsWith(attribute: string, context: DriverContext): Promise<void> {
  const { browser, page } = await asAdministrator(context);
  const found = cards(page, attribute);
  if (found.length === 0) throw new Error(`No session with ${attribute} on ${page.url}.`);
  for (const card of found) await browser.submit(card, {});
}

type Sessions = Required<Pick<Driver, "endSession" | "endAllSessions" | "logoutAtOp" | "failedDelivery">>;

export const sessionsPage: Sessions = {
  endSession: (_user, sid, context) => endSessionsWith(`data-sid="${sid}"`, context),
  endAllSessions: ({ name }, context) => endSessionsWith(`data-session="${name}"`, context),

  async logoutAtOp(page: Page, context) {
    await page.goto(addressOf(context));
    // The first card is this browser's.
    await page.getByRole("button", { name: "End session" }).first().click();
    await page.getByLabel("Username").waitFor();
  },

  async failedDelivery(clientId, since, context) {
    const { page } = await asAdministrator(context);
    const deliveries = page.text.matchAll(/data-client="([^"]*)" data-at="([^"]*)" data-error="([^"]+)"/g);
    for (const [, client, at = "", error] of deliveries) {
      if (client === clientId && Date.parse(at) >= since.getTime()) return error;
    }
    return undefined;
  },
};
