/** The syntax of a `client_id`. */

/** The unreserved characters of RFC 3986 2.3, which need no escaping in URLs, logs, pages or `Authorization: Basic`. */
const clientIdPattern = /^[A-Za-z0-9._~-]{1,255}$/;

/** The rule in words, to follow "must be". */
export const clientIdRule =
  "1 to 255 letters, digits or any of . _ ~ - and not a property name of Object.prototype";

/** The library keys plain objects by `client_id`: an identifier such as `__proto__` would write to the prototype that
 * all objects share. */
export const isClientId = (value: unknown): value is string =>
  typeof value === "string" && clientIdPattern.test(value) && !Object.hasOwn(Object.prototype, value);
