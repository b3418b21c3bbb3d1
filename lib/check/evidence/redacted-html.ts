/** A page of an OP as evidence shows it: what the user sees of it, without anything that opens a session. */
import { html as names, parse, type DefaultTreeAdapterTypes as Tree } from "parse5";
import { redactedAddress } from "./redaction.ts";

const leftOut = "(left out)";

/** Elements that are dropped with their content: code, data, drawings, fallbacks, and elements whose content is raw text.
 * A script may put into the latter what a parser would read as markup. */
const dropped = new Set([
  ...["script", "style", "noscript", "template", "svg", "math", "canvas", "object", "embed", "applet"],
  ...["audio", "video", "picture", "map", "datalist", "meta", "link", "base", "param", "portal"],
  ...["noembed", "noframes", "xmp", "plaintext", "listing"],
]);

/** Elements whose content is what the user typed, or is never shown. */
const emptied = new Map([
  ["textarea", leftOut],
  ["iframe", ""],
]);

const voids = new Set(["area", "br", "col", "frame", "hr", "img", "input", "keygen", "wbr"]);

/** Attributes without secrets: an unknown one may hold a key to the session. */
const plain =
  /^(id|class|name|type|for|role|method|title|alt|placeholder|lang|hidden|disabled|checked|selected|required|readonly|sandbox|target|aria-[a-z]+)$/;
const addresses = /^(href|src|action|formaction)$/;

interface RedactedPage {
  title: string;
  html: string;
}

/** Reads a document with an HTML parser and writes down only what is known to be harmless.
 * @param redact for the texts and attribute values that are kept, before they are escaped */
export function redactedPage(html: string, redact = (text: string): string => text): RedactedPage {
  const document = parse(html);
  const page = { title: "", parts: [] as string[] };
  // Not recursive: a page may be nested deeper than a stack is.
  const open: (Tree.ChildNode | string)[] = document.childNodes.toReversed();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === "string") page.parts.push(node);
    else if ("value" in node) page.parts.push(escaped(redact(node.value)));
    else if ("tagName" in node && !isDropped(node)) {
      const { tagName, childNodes } = node;
      page.parts.push(`<${tagName}${attributesOf(node, redact)}>`);
      if (tagName === "title") page.title ||= redact(textOf(childNodes)).trim();
      if (voids.has(tagName)) continue;
      open.push(`</${tagName}>`);
      const content = isHidden(node) && childNodes.length > 0 ? leftOut : emptied.get(tagName);
      open.push(...(content === undefined ? childNodes.toReversed() : [content]));
    }
  }
  const text = page.parts.join("");
  return {
    title: page.title,
    html: text
      .replaceAll(/[^\S\n]+/g, " ")
      .replaceAll(/\s*\n\s*/g, "\n")
      .trim(),
  };
}

const isDropped = ({ tagName, namespaceURI }: Tree.Element): boolean =>
  namespaceURI !== names.NS.HTML || dropped.has(tagName);

const textOf = (nodes: readonly Tree.ChildNode[]): string =>
  nodes.map((node) => ("value" in node ? node.value : "")).join("");

/** By its own attributes; style sheets are not applied. */
const isHidden = ({ tagName, attrs }: Tree.Element): boolean => {
  const values = new Map(attrs.map(({ name, value }) => [name, value]));
  return (
    values.has("hidden") ||
    values.has("popover") ||
    (tagName === "dialog" && !values.has("open")) ||
    /\b(display\s*:\s*none|visibility\s*:\s*hidden)/i.test(values.get("style") ?? "")
  );
};

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const quoted = (value: string): string => value.replaceAll('"', "&quot;").replaceAll("<", "&lt;");

function attributesOf({ tagName, attrs }: Tree.Element, redact: (text: string) => string): string {
  const type = attrs
    .find(({ name }) => name === "type")
    ?.value.trim()
    .toLowerCase();
  // Only such an input shows its value. Any other value is typed by the user, or the OP's own, such as a CSRF token.
  const saysItsValue = tagName === "input" && /^(submit|button|reset)$/.test(type ?? "");
  return attrs
    .flatMap(({ name, value }) => {
      if (plain.test(name)) return value === "" ? ` ${name}` : ` ${name}="${quoted(redact(value))}"`;
      if (addresses.test(name)) return ` ${name}="${quoted(redact(addressOf(value)))}"`;
      if (name === "value") return ` value="${saysItsValue ? quoted(redact(value)) : leftOut}"`;
      return [];
    })
    .join("");
}

/** Scripts and data may take the place of an address. A browser ignores tabs, line breaks and leading controls in it. */
function addressOf(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL standard, 4.4
  const address = value.replaceAll(/[\t\n\r]/g, "").replace(/^[\u0000-\u0020]+/, "");
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(address) ?? [];
  return scheme && !/^https?$/i.test(scheme) ? `${scheme}:${leftOut}` : redactedAddress(address);
}
