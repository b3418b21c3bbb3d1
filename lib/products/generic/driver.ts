/** Any OpenID Provider whose pages are plain: a name and a password, then any button that goes on. */
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "@playwright/test";
import type { Driver } from "../driver.ts";
import { isAtOp, type OpPlace } from "../op-pages.ts";
import { type Button, buttonsOn, onward, refusal } from "./buttons.ts";
import { registerDynamically } from "./dynamic-registration.ts";
import { signIn } from "./sign-in.ts";

export const generic: Driver = {
  name: "generic",
  // Unknown; it only matters if registration omits a channel.
  oneChannelPerClient: true,
  register: registerDynamically,

  login: signIn,

  async confirmLogout(page, op) {
    await (await question(page, op)).yes.handle.click();
  },

  /** A question with one button can only be answered with yes: users leave it. */
  async declineLogout(page, op) {
    const { no } = await question(page, op);
    await (no ? no.handle.click() : page.goto("about:blank"));
  },
};

/** Milliseconds between two looks at a page, and how long a question must stay before it is answered: a page that sends
 * itself is none. */
const [between, steady] = [100, 300];

/** Waits for the question whether to log out: a page of the OP that does not ask for a password and has a button. */
async function question(page: Page, op: OpPlace): Promise<{ yes: Button; no: Button | undefined }> {
  let asked: { url: string; since: number } | undefined;
  while (!page.isClosed()) {
    const found = await buttonsIfQuestion(page, op).catch(() => []); // the page went away meanwhile
    const yes = onward(found);
    const url = page.url();
    if (!yes || asked?.url !== url) asked = yes && { url, since: performance.now() };
    else if (performance.now() - asked.since >= steady)
      return {
        yes,
        no: refusal(found.filter((button) => button !== yes)) ?? found.find((each) => each !== yes),
      };
    await delay(between);
  }
  throw new Error("The page was closed before the OpenID Provider had asked.");
}

async function buttonsIfQuestion(page: Page, op: OpPlace): Promise<Button[]> {
  if (!isAtOp(page.url(), op) || (await page.locator("input[type=password]:visible").count()) > 0) return [];
  const buttons = await buttonsOn(page, op);
  return buttons.filter(({ label }) => !/\b(sign|log) ?(in|on)\b/i.test(label));
}
