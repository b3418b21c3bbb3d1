/** The shell of the OP's pages. */
import { document, documentPolicy, type Html, html } from "#lib/ui/html.ts";
import type { Context } from "../open-id-provider.ts";
import { assetsPath, pagePaths } from "../paths.ts";

interface Page {
  title: string;
  body: Html;
  status?: number;
  wide?: boolean;
  /** File name of an asset. */
  script?: string;
  /** The origins that the page loads frames from. */
  frames?: readonly string[];
}

/** Answers with a page that must not be framed or stored. */
export function sendPage(ctx: Context, page: Page): void {
  const { title, body, status = 200, wide = false, script, frames = [] } = page;
  ctx.status = status;
  ctx.type = "html";
  const frameSource = frames.length > 0 ? `; frame-src ${frames.join(" ")}` : "";
  ctx.set({ "Content-Security-Policy": `${documentPolicy()}${frameSource}`, "Cache-Control": "no-store" });
  ctx.body = document({
    title,
    brand: "OpenID Provider",
    home: pagePaths.home,
    accent: "slate",
    assets: assetsPath,
    body,
    narrow: !wide,
    ...(script && { script }),
  });
}

/** A moment, to the second. */
export const time = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${at.toLocaleString("sv-SE", { timeStyle: "medium", dateStyle: "short" })}</time>`;
