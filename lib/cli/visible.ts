/** Text of an OP, made fit to be read: nothing in it is invisible, and nothing turns the reading direction. */

/** Controls except tab and line break, marks of direction, what XML forbids, and the byte order mark. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to show
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/** Invisible characters as `\u202e`, half characters as the sign for those. */
export const visible = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replaceAll(hidden, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The same in one line. */
export const oneLine = (text: string): string => visible(text.replaceAll(/\s*\n\s*/g, " ").trim());

/** Evidence as a block of text. */
export const detailText = (detail: Record<string, unknown> | string): string =>
  visible(typeof detail === "string" ? detail : JSON.stringify(detail, null, 2));
