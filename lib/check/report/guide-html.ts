/** The texts of docs/checking/checks as HTML: only the Markdown that they use (paragraphs, lists, code, emphasis, links). */
import { type Html, html } from "#lib/ui/html.ts";

/** @param markdown of this project; HTML in it is shown as text */
export function guideHtml(markdown: string): Html {
  const blocks = markdown.split(/\n\s*\n/).filter((block) => block.trim() !== "");
  return html`${blocks.map(blockOf)}`;
}

function blockOf(block: string): Html {
  const fence = /^```\w*\n([\s\S]*?)\n?```\s*$/.exec(block);
  if (fence) return html`<pre>${fence[1]}</pre>`;
  const lines = block.trim().split("\n");
  if (!/^[-*] /.test(lines[0] ?? "")) return html`<p>${inline(lines.join(" "))}</p>`;
  const items = block
    .trim()
    .split(/^[-*] /m)
    .filter(Boolean);
  return html`<ul>${items.map((item) => html`<li>${inline(item.trim().replaceAll(/\n\s*/g, " "))}</li>`)}</ul>`;
}

const marks =
  /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https:\/\/[^)\s]+)\)|<(https:\/\/[^>\s]+)>/;

function inline(text: string): Html {
  const [found, code, strong, em, label, url, bare] = marks.exec(text) ?? [];
  if (found === undefined) return html`${text}`;
  const at = text.indexOf(found);
  const [before, after] = [text.slice(0, at), text.slice(at + found.length)];
  return html`${before}${markOf({ code, strong, em, label, url: url ?? bare })}${inline(after)}`;
}

type Mark = Partial<Record<"code" | "strong" | "em" | "label" | "url", string | undefined>>;

function markOf({ code, strong, em, label, url }: Mark): Html {
  if (code !== undefined) return html`<code>${code}</code>`;
  if (strong !== undefined) return html`<strong>${inline(strong)}</strong>`;
  if (em !== undefined) return html`<em>${inline(em)}</em>`;
  return html`<a href="${url}">${label === undefined ? url : inline(label)}</a>`;
}
