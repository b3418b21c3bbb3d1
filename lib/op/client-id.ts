/** What a client may be called. */

/** The unreserved characters of RFC 3986 2.3: the same in a URL, a log, a page and `Authorization: Basic`. */
const PLAIN = /^[A-Za-z0-9._~-]{1,255}$/;

/** The rule in words, to follow "must be". */
export const CLIENT_ID_RULE =
  "1 to 255 letters, digits or any of . _ ~ - and not the name of a property that every JavaScript object has";

/** The library keeps what it knows of a session's clients in plain objects: an identifier such as `__proto__` would
 * write to the prototype that all objects share. */
export const isClientId = (value: unknown): value is string =>
  typeof value === "string" && PLAIN.test(value) && !Object.hasOwn(Object.prototype, value);
