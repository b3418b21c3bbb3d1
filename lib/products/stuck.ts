/** Where a driver, or the browser that it steers, does not get any further. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { oneLine } from "#lib/net/foreign-text.ts";
import { isAtOp, type OpPlace } from "./op-pages.ts";

/** A driver does not know how to go on. Its message is one line that says where and why. */
export class Stuck extends Error {
  override readonly name = "Stuck";
}

/** Longest wait for the picture, in milliseconds. */
const patience = 5_000;

/** An address without its query, which may contain codes and tokens. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = URL.parse(url) ?? { origin: "null", pathname: "" };
  return origin === "null" ? url.split(/[?#]/, 1).join("") : `${origin}${pathname}`;
}

/** Where the browser is, without the query. With a picture, if it is a page of the OP, in which what users have typed is
 * covered. */
export async function placeOf(page: Page, op: OpPlace): Promise<string> {
  const address = withoutQuery(page.url());
  if (!isAtOp(page.url(), op)) return oneLine(address);
  try {
    const mask = [page.locator("input, textarea")];
    const picture = await page.screenshot({ mask, timeout: patience, animations: "disabled" });
    const file = join(await mkdtemp(join(tmpdir(), "slo-playground-")), "stuck.png");
    await writeFile(file, picture);
    return oneLine(`${address} (picture: ${file})`);
  } catch {
    return oneLine(address); // a closed or crashed page has no picture
  }
}
