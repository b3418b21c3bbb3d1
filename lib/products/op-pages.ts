/** Which pages are the OP's: drivers act there alone, never on a page of an app. */
import type { Frame, Page } from "@playwright/test";
import type { DriverContext } from "./driver.ts";

export type OpPlace = Pick<DriverContext, "issuer" | "metadata" | "apps">;

/** Whether a page is the OP's: at an origin of its discovery document or, where the apps are known, anywhere but at them;
 * some OPs have their sign-in page at another origin. */
export function isAtOp(url: string, op: OpPlace): boolean {
  const { protocol, origin } = URL.parse(url) ?? {};
  if (origin === undefined || !/^https?:$/.test(protocol ?? "")) return false;
  return originsOf(op).has(origin) || op.apps?.has(origin) === false;
}

/** Every origin in discovery: the pages of an OP may be at another one than its issuer. */
export const originsOf = ({ issuer, metadata }: Pick<DriverContext, "issuer" | "metadata">): Set<string> =>
  new Set(
    [issuer, ...Object.values(metadata)].flatMap((value) =>
      typeof value === "string" ? (URL.parse(value)?.origin ?? []) : [],
    ),
  );

/** Waits for a sign-in to come to the OP.
 * @returns false once the browser shows a page of an app instead: nothing was asked */
export async function comesToOp(page: Page, op: OpPlace): Promise<boolean> {
  if (isAtOp(page.url(), op)) return true;
  const predicate = (frame: Frame) => frame === page.mainFrame();
  const frame = await page.waitForEvent("framenavigated", { predicate, timeout: 0 });
  return isAtOp(frame.url(), op);
}

/** Waits for a page of the OP. Rejects once the page is closed. */
export const reachedOp = (page: Page, op: OpPlace): Promise<void> =>
  page.waitForURL((url) => isAtOp(url.href, op), { waitUntil: "commit", timeout: 0 });

/** Presses a button of the OP's page, once the browser is there. */
export async function pressAtOp(page: Page, selector: string, op: OpPlace): Promise<void> {
  await reachedOp(page, op);
  await page.locator(selector).click();
}
