/** A page of an OP as evidence shows it: what a person or a driver sees of it, and nothing that opens anything. */
import { redactedAddress } from "./redaction.ts";

/** Elements whose content is for machines, or was typed. What is not closed goes on to the end, here and below. */
const unread =
  /<(script|style|noscript|template|svg|textarea|noembed|noframes|xmp)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;
const ofNoInterest = /<!--[\s\S]*?(?:-->|$)|<(?:meta|link|base)\b(?:[^>"]|"[^"]*(?:"|$))*(?:>|$)/gi;
const tag = /<(\/?)([a-z][a-z0-9-]*)((?:[^>"]|"[^"]*(?:"|$))*)(?:>|$)/gi;
const attribute = /([^\s"'<>/=]+)="([^"]*)"/g;

const plain =
  /^(id|class|name|type|for|role|method|title|alt|placeholder|lang|hidden|disabled|checked|selected|required|readonly|sandbox|target|aria-[a-z]+)$/;
const addresses = /^(href|src|action|formaction)$/;

const leftOut = "(left out)";

/** Only attributes that are known to be harmless are kept: an unknown one may hold a key to the session.
 * @param html as a browser writes a document down: every attribute in double quotes */
export function redactedHtml(html: string): string {
  return html
    .replaceAll(unread, (_, name: string) =>
      /^textarea$/i.test(name) ? `<textarea>${leftOut}</textarea>` : "",
    )
    .replaceAll(ofNoInterest, "")
    .replaceAll(tag, (_, slash: string, name: string, attributes: string) =>
      slash ? `</${name}>` : `<${name}${attributesOf(attributes)}>`,
    )
    .replaceAll(/[^\S\n]+/g, " ")
    .replaceAll(/\s*\n\s*/g, "\n")
    .trim();
}

function attributesOf(text: string): string {
  const all = [...text.matchAll(attribute)].map(([, name = "", value = ""]) => [name, value] as const);
  const isButton = all.some(([name, value]) => name === "type" && /^(submit|button|reset)$/.test(value));
  return all
    .flatMap(([name, value]) => {
      if (plain.test(name)) return value === "" ? ` ${name}` : ` ${name}="${value}"`;
      if (addresses.test(name)) return ` ${name}="${addressOf(value)}"`;
      // What a button says; anything else is the user's, or the OP's own (a token against forged requests, for one).
      if (name === "value") return ` value="${isButton ? value : leftOut}"`;
      return [];
    })
    .join("");
}

/** Scripts and data may stand in the place of an address. */
function addressOf(value: string): string {
  const [, scheme] = /^\s*([a-z][a-z0-9+.-]*):/i.exec(value) ?? [];
  return scheme && !/^https?$/i.test(scheme)
    ? `${scheme}:${leftOut}`
    : redactedAddress(value.replaceAll("&amp;", "&"));
}
