/** Escaping HTML templates for the documents that no React page renders: endpoints, OP, front door. */
import { html as template } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Html = HtmlEscapedString;

/** Escapes every interpolated value unless it is `Html` itself; arrays are joined. Values must not be promises. */
export const html = template as (strings: TemplateStringsArray, ...values: unknown[]) => Html;

/** What the shell of a document needs. */
export interface Shell {
  title: string;
  brand: string;
  /** Where the brand links to. */
  home: string;
  /** Colour that tells the processes apart at a glance. */
  accent: Accent;
  /** Folder of the static files as the browser sees it, without a slash at the end. */
  assets: string;
  body: Html;
  narrow?: boolean;
  /** File name below `assets` of the one script of this document. */
  script?: string;
}

export type Accent = "blue" | "violet" | "teal" | "slate";

/** A whole document in the playground's style: no inline script, no inline style. */
export function document(shell: Shell): string {
  const { title, brand, home, accent, assets, body, narrow, script } = shell;
  return html`<!doctype html>
<html lang="en" data-accent="${accent}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${brand}</title>
<link rel="stylesheet" href="${assets}/playground.css">
<link rel="icon" href="${assets}/icon.svg" type="image/svg+xml">
</head>
<body>
<header class="topbar"><div class="topbar-in"><a class="brand" href="${home}">${brand}</a></div></header>
<main class="page ${narrow ? "page-narrow" : ""}">
${body}
</main>
${script ? html`<script src="${assets}/${script}"></script>` : ""}
</body>
</html>`.toString();
}

/** The policy of every `document`: own files only. `form-action` is left out on purpose: browsers apply it to
 * redirects that follow a form too, and ours lead to the OP and back. */
export function documentPolicy(frameAncestors = "'none'"): string {
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors ${frameAncestors}`;
}
