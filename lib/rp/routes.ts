/** Every URL of an app, by its first segment below `/<instance>`; a test compares them with the folder `app` and with
 * proxy.ts. Any other path is not found. */

/** Documents that Next renders; the start page has no segment. */
export const pages = ["", "doctor", "oauth2", "photos", "registration"] as const;

/** Route handlers, which set their own headers. */
export const endpoints = [
  "api",
  "authorize",
  "bclogout",
  "events",
  "examine",
  "fclogout",
  "health",
  "jwks",
  "logout",
  "mechanisms",
  "oauth2client",
  "register",
  "reset",
  "rpiframe",
  "session",
  "signout",
] as const;
