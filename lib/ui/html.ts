/** Escaping HTML templates for documents not rendered by React: endpoints, OP, front door. */
import { html as template } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import type { Accent } from "#lib/config/apps.ts";

export type Html = HtmlEscapedString;

/** Escapes every interpolated value unless it is `Html` itself; arrays are joined. Values must not be promises. */
export const html = template as (strings: TemplateStringsArray, ...values: unknown[]) => Html;

/** The shell of a document. */
interface Shell {
  title: string;
  brand: string;
  /** Where the brand links to. */
  home: string;
  /** Colour that distinguishes the processes. */
  accent: Accent;
  /** URL path of the static files, without a trailing slash. */
  assets: string;
  body: Html;
  narrow?: boolean;
  /** Links beside the brand. */
  links?: readonly { name: string; home: string }[];
  /** File name of the document's only script, in `assets`. */
  script?: string;
}

/** A complete document in the playground's style, without inline scripts or styles. */
export function document(shell: Shell): string {
  const { title, brand, home, accent, assets, body, narrow, links = [], script } = shell;
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
<header class="topbar"><div class="topbar-in"><a class="brand" href="${home}">${brand}</a>${links.length > 0 ? html`<nav class="links" aria-label="Other apps">${links.map(({ name, home }) => html`<a href="${home}">${name}</a>`)}</nav>` : ""}</div></header>
<main class="page ${narrow ? "page-narrow" : ""}">
${body}
</main>
${script ? html`<script src="${assets}/${script}"></script>` : ""}
</body>
</html>`.toString();
}

/** The Content-Security-Policy of every `document`: own files only. Without `form-action`, which browsers also apply to
 * redirects after a form: ours lead to the OP and back. */
export function documentPolicy(frameAncestors = "'none'"): string {
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors ${frameAncestors}`;
}
