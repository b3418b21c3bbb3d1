/** Signing in at plain pages: a name and a password, on one page or two, then any button that goes on. */
import { setTimeout as delay } from "node:timers/promises";
import type { ElementHandle, Frame, Page } from "@playwright/test";
import type { User } from "../driver.ts";
import { isAtOp, type OpPlace } from "../op-pages.ts";
import { Stuck, withoutQuery } from "../stuck.ts";
import { buttonsOn, gone, onward } from "./buttons.ts";

/** Milliseconds. */
const times = {
  between: 100,
  /** How long a page stays as it is before a button is pressed that is not part of a sign-in: scripts may press it. */
  steady: 300,
  /** The same, if the button's form goes to an app. */
  steadyForApp: 3_000,
  /** How long the password must be asked for again before it counts as refused. */
  refused: 1_500,
  patience: 15_000,
};
/** More pages than any consent has: it is the same one again and again. */
const mostPages = 8;

const names = ["text", "email", "tel"].map((type) => `input[type=${type}]:visible`);
const username = [...names, "input:not([type]):visible"].join(", ");
const secret = "input[type=password]:visible";

/** Signs in and allows what the client asks for. Returns once the browser has left the OP, or shows a page of an app
 * without having been there.
 * @throws {Stuck} if a page cannot be passed, or the password is refused */
export async function signIn(page: Page, user: User, op: OpPlace): Promise<void> {
  let left = false;
  const onNavigated = (frame: Frame) => {
    if (frame === page.mainFrame() && !isAtOp(frame.url(), op)) left = true;
  };
  page.on("framenavigated", onNavigated);
  const pages = new SignInPages(page, user, op);
  try {
    while (!left && !page.isClosed()) {
      // A page that goes away meanwhile is the next one's beginning.
      await pages.step().catch((error: unknown) => {
        if (error instanceof Stuck) throw error;
      });
      await delay(times.between);
    }
  } finally {
    page.off("framenavigated", onNavigated);
  }
}

class SignInPages {
  readonly #page: Page;
  readonly #user: User;
  readonly #op: OpPlace;
  /** When something was last done, or the OP reached. */
  #last: number | undefined;
  #named = false;
  #sent = false;
  #passed = 0;
  #askedAgainSince: number | undefined;
  /** The button that might be pressed, and since when it has been there. */
  #candidate: { label: string; url: string; since: number } | undefined;

  constructor(page: Page, user: User, op: OpPlace) {
    this.#page = page;
    this.#user = user;
    this.#op = op;
  }

  /** Does the next thing that the page allows, if it is the OP's. */
  async step(): Promise<void> {
    if (!isAtOp(this.#page.url(), this.#op)) return;
    this.#last ??= performance.now();
    const [asked] = await this.#page.locator(secret).elementHandles();
    if (!asked) this.#askedAgainSince = undefined;
    if (asked && this.#sent) return this.#refusedOrWait();
    const done = asked ? await this.#sendPassword(asked) : (await this.#sendName()) || (await this.#goOn());
    if (done) this.#last = performance.now();
    else if (performance.now() - this.#last > times.patience) throw await this.#stuck();
  }

  #refusedOrWait(): void {
    this.#askedAgainSince ??= performance.now();
    if (performance.now() - this.#askedAgainSince < times.refused) return;
    throw new Stuck(
      `the OpenID Provider asks for the password again: the password is wrong or the user ${this.#user.name} does not exist: check --user.`,
    );
  }

  async #sendPassword(field: ElementHandle): Promise<boolean> {
    const form = `form:has(${secret})`;
    const inForm = (await this.#page.locator(form).count()) > 0;
    const name = this.#page.locator(inForm ? `${form} :is(${username})` : username).first();
    if (!this.#named && (await name.isVisible())) await name.fill(this.#user.name);
    await field.fill(this.#user.password);
    this.#sent = true;
    const button = onward(await buttonsOn(this.#page, this.#op, inForm ? form : ""));
    if (button) await button.handle.click();
    else await field.press("Enter");
    await this.#assertGone(field, button?.label);
    return true;
  }

  /** On a page that asks for the name alone. */
  async #sendName(): Promise<boolean> {
    if (this.#sent || this.#named) return false;
    const fields = await this.#page.locator(username).elementHandles();
    const [field] = fields;
    if (fields.length !== 1 || !field) return false;
    const button = onward(await buttonsOn(this.#page, this.#op, `form:has(${username})`));
    this.#named = true;
    await field.fill(this.#user.name);
    if (button) await button.handle.click();
    else await field.press("Enter");
    await Promise.race([
      this.#assertGone(field, button?.label),
      this.#page.locator(secret).first().waitFor({ timeout: times.patience }),
    ]);
    return true;
  }

  /** A consent, or a page that only wants to be passed. */
  async #goOn(): Promise<boolean> {
    const asksForMore = (await this.#page.locator(username).count()) > 0;
    const button = asksForMore ? undefined : onward(await buttonsOn(this.#page, this.#op));
    if (!button) return false;
    const { label } = button;
    const url = this.#page.url();
    if (this.#candidate?.label !== label || this.#candidate.url !== url)
      this.#candidate = { label, url, since: performance.now() };
    const needed = button.leaves ? times.steadyForApp : times.steady;
    if (performance.now() - this.#candidate.since < needed) return false;
    this.#candidate = undefined;
    if (++this.#passed > mostPages)
      throw new Stuck(`"${label}" was pressed at ${this.#address()}, and the same is asked again and again.`);
    await button.handle.click();
    await this.#assertGone(button.handle, label);
    return true;
  }

  /** Waits until the pressed form is gone, so that nothing is pressed twice. */
  async #assertGone(element: ElementHandle, label = "Enter"): Promise<void> {
    if (await gone(element, times.patience)) return;
    throw new Stuck(
      `the page ${this.#address()} stayed as it was for ${times.patience / 1000} s after "${label}" was pressed.`,
    );
  }

  async #stuck(): Promise<Stuck> {
    const labels = (await buttonsOn(this.#page, this.#op)).map(({ label }) => `"${label}"`);
    const has = labels.length > 0 ? `its buttons are ${labels.join(", ")}` : "it has no button to go on";
    return new Stuck(
      `the browser was left at ${this.#address()}, which asks for more than a password and consent, or is unknown to the driver generic (${has}); --headed shows it.`,
    );
  }

  #address(): string {
    return withoutQuery(this.#page.url());
  }
}
