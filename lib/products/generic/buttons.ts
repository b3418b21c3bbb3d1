/** The buttons of an OP's page. Each belongs to one document: a press never reaches a later page. */
import type { ElementHandle, Page } from "@playwright/test";
import { isAtOp, type OpPlace } from "../op-pages.ts";

export interface Button {
  handle: ElementHandle<HTMLElement | SVGElement>;
  label: string;
  /** Its form goes elsewhere: mostly to an app, by a script that is about to send it. */
  leaves: boolean;
}

const submit = ["button[type=submit]", "input[type=submit]", "button:not([type])"];

/** The visible buttons that submit something, in the order of the page; none unless the page is the OP's.
 * @param within a selector of what they must be inside */
export async function buttonsOn(page: Page, op: OpPlace, within = ""): Promise<Button[]> {
  if (!isAtOp(page.url(), op)) return [];
  const handles = await page
    .locator(submit.map((each) => `${within} ${each}:visible`).join(", "))
    .elementHandles();
  const buttons = await Promise.all(handles.map((handle) => described(handle as Button["handle"], op)));
  return buttons.filter((button) => button !== undefined);
}

/** Undefined if it is disabled, or by now on a page of an app. */
async function described(handle: Button["handle"], op: OpPlace): Promise<Button | undefined> {
  const found = await handle.evaluate((element) => {
    const { textContent, value, form, disabled } = element as HTMLButtonElement;
    const action = form?.getAttribute("action") ? form.action : "";
    const label = textContent?.trim() || value || element.getAttribute("aria-label") || "";
    return { label: label.trim(), action, disabled, at: element.ownerDocument.URL };
  });
  if (found.disabled || !isAtOp(found.at, op)) return undefined;
  const { label, action } = found;
  return { handle, label, leaves: action !== "" && !isAtOp(action, op) };
}

/** Never the way on, even alone on a page. */
const never = /\b(deny|cancel|decline|reject|refuse|abort)\b/i;
const negative =
  /\b(no|not|deny|cancel|decline|reject|refuse|abort|back|stay|keep|leave|dismiss|nein|abbrechen|non|annuler|cancelar)\b/i;
/** Buttons beside the way on: other accounts, other ways to sign in, help. */
const aside =
  /\b(with|passkey|forgot|reset|register|sign ?up|create|help|another|different|switch|language|search)\b/i;

/** The button that goes on: the only one, whatever it says, else the first that says neither no nor something else. */
export function onward(buttons: readonly Button[]): Button | undefined {
  const [only] = buttons;
  if (buttons.length === 1 && only && !never.test(only.label)) return only;
  return buttons.find(({ label }) => !negative.test(label) && !aside.test(label));
}

/** The button that says no: by its words, else the second of two. */
export const refusal = (buttons: readonly Button[]): Button | undefined =>
  buttons.find(({ label }) => negative.test(label)) ?? (buttons.length > 1 ? buttons[1] : undefined);

/** Waits until an element has gone: hidden, removed, or with its page.
 * @returns false if it is still there */
export const gone = (handle: ElementHandle, timeout: number): Promise<boolean> =>
  handle.waitForElementState("hidden", { timeout }).then(
    () => true,
    (error: unknown) => !(error instanceof Error && error.name === "TimeoutError"),
  );
