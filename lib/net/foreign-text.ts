/** Text that another server or browser sent, made safe to show: nothing in it is invisible, reverses the reading
 * direction or reaches a terminal as a command. */

/** Controls except tab and line break, marks of direction, what XML forbids, and the byte order mark. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to show
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/** Invisible characters as `\u202e`, lone surrogates as the replacement character. */
export const visible = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replaceAll(hidden, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The same on one line.
 * @param most characters that are kept */
export const oneLine = (text: string, most = Number.POSITIVE_INFINITY): string =>
  visible(cut(text.replaceAll(/\s*[\r\n]+\s*/g, " ").trim(), most));

/** Any value on one line, exactly: strings with their spaces, and line breaks as `\n`; the rest as JSON. */
export const foreignText = (value: unknown, most = 200): string => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "absent");
  return visible(cut(text, most)).replaceAll("\n", "\\n");
};

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);
