/** Every URL of an app, by its first segment below `/<instance>`; a test compares them with the folder `app` and with
 * proxy.ts. Any other path is not found. */
import type { Mechanism } from "#lib/oidc/mechanisms.ts";

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

/** The endpoints of each mechanism, which answer 404 while it is switched off. */
export const mechanismEndpoints: Readonly<Record<Mechanism, readonly (typeof endpoints)[number][]>> = {
  "back-channel": ["bclogout"],
  "front-channel": ["fclogout"],
  "session-management": ["rpiframe"],
};
