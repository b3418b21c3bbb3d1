/** Values that another server or browser sent, as text that is safe to show: nothing in it is invisible, reverses the
 * reading direction or reaches a terminal as a command. Nothing else turns such a value into text: `String` calls what
 * the value has as `toString`, and `JSON.stringify` fails on lists in lists in lists. */

/** Nearly all texts have none of these, which is quicker to see than to replace. */
const isClean = (text: string): boolean => text.isWellFormed() && text.search(hidden) === -1;

/** Controls except tab and line break, marks of direction, what XML forbids, the byte order mark, and characters that
 * show nothing. Those that shape their neighbours stay: names and emoji need them. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to show
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufffe\uffff]/g;

/** Invisible characters as `\u202e`, lone surrogates as the replacement character. */
export const visible = (text: string): string =>
  isClean(text)
    ? text
    : text
        .toWellFormed()
        .replaceAll("\r\n", "\n")
        .replaceAll(hidden, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The same for text that a process of ours has coloured: its colours stay. */
export const visibleInColour = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
    .split(/(\u001b\[[\d;]*m)/)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join("");

/** The same on one line.
 * @param most characters that are kept */
export const oneLine = (text: string, most = Number.POSITIVE_INFINITY): string => {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return visible(cut(lines.filter((line) => line !== "").join(" "), most));
};

/** Any value on one line, exactly: strings with their spaces, and line breaks as `\n`; the rest as JSON.
 * @param most characters that are kept */
export const foreignText = (value: unknown, most = 200): string => {
  const text = typeof value === "string" ? value : json(value, most, shownLevels);
  return visible(cut(text, most)).replaceAll("\n", "\\n");
};

/** The same in full: for what must not be cut off, and for our own lines, which may quote such a value. */
export const wholeText = (value: unknown): string => foreignText(value, Number.POSITIVE_INFINITY);

/** Whether a value of JSON has lists and objects in more than so many levels. */
export const nestsDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1)));

const shownLevels = 8;

/** Cut off below `levels`, and soon after `most` characters. */
function json(value: unknown, most: number, levels: number): string {
  if (value === undefined) return "absent";
  if (typeof value === "string") return quoted(value, most);
  if (typeof value !== "object" || value === null) return String(value);
  const isList = Array.isArray(value);
  const members = isList ? value.entries() : Object.entries(value);
  const items: string[] = levels === 0 ? ["…"] : [];
  let length = 0;
  for (const [name, inner] of levels === 0 ? [] : members) {
    const text = json(inner, most, levels - 1);
    const item = isList ? text : `${quoted(String(name), most)}:${text}`;
    items.push(item);
    length += item.length + 1;
    if (length > most) break;
  }
  return isList ? `[${items.join(",")}]` : `{${items.join(",")}}`;
}

const quoted = (text: string, most: number): string => JSON.stringify(cut(text, most));

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);
