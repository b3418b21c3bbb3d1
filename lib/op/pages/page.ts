/** The shell of the OP's pages. */
import { document, documentPolicy, type Html } from "#lib/ui/html.ts";
import type { Context } from "../open-id-provider.ts";
import { ASSETS, PAGES } from "../paths.ts";

export interface Page {
  title: string;
  body: Html;
  status?: number;
  wide?: boolean;
  /** A file of the assets. */
  script?: string;
}

/** Answers with a page: never framed, never stored. */
export function sendPage(ctx: Context, page: Page): void {
  const { title, body, status = 200, wide = false, script } = page;
  ctx.status = status;
  ctx.type = "html";
  ctx.set({ "Content-Security-Policy": documentPolicy(), "Cache-Control": "no-store" });
  ctx.body = document({
    title,
    brand: "OpenID Provider",
    home: PAGES.home,
    accent: "slate",
    assets: ASSETS,
    body,
    narrow: !wide,
    ...(script && { script }),
  });
}
