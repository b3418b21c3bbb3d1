/** The endpoint paths, as at WSO2 Identity Server, and the paths of the OP's own pages. */
import { discoveryPath } from "#lib/net/discovery-url.ts";

/** The path of the issuer. */
export const ISSUER_PATH = "/oauth2/token";

/** The protocol endpoints, by the library's names. */
export const ENDPOINTS = {
  authorization: "/oauth2/authorize",
  token: "/oauth2/token",
  jwks: "/oauth2/jwks",
  userinfo: "/oauth2/userinfo",
  revocation: "/oauth2/revoke",
  introspection: "/oauth2/introspect",
  end_session: "/oidc/logout",
  registration: "/api/identity/oauth2/dcr/v1.1/register",
} as const;

export const DISCOVERY = discoveryPath;

/** The other discovery paths of WSO2 IS; the first is the one derived from the issuer (OpenID Connect Discovery 4). */
export const DISCOVERY_ALIASES: readonly string[] = [
  `${ISSUER_PATH}${DISCOVERY}`,
  `/oauth2/oidcdiscovery${DISCOVERY}`,
];

export const PAGES = {
  home: "/",
  signIn: "/authenticationendpoint/login.do",
  consent: "/authenticationendpoint/oauth2_consent.do",
  logoutConfirm: `${ENDPOINTS.end_session}/confirm`,
  loggedOut: `${ENDPOINTS.end_session}/success`,
  logoutDeny: `${ENDPOINTS.end_session}/deny`,
  opIframe: "/oidc/checksession",
  sessions: "/sessions",
  sessionsSignIn: "/sessions/sign-in",
  sessionsEnd: "/sessions/end",
  faults: "/faults",
} as const;

/** All paths of the library except those with an identifier. */
export const LIBRARY_PATHS: readonly string[] = [
  ...Object.values(ENDPOINTS),
  PAGES.logoutConfirm,
  PAGES.loggedOut,
];

export const ASSETS = "/assets";

const BROWSER_PATHS = [
  ENDPOINTS.authorization,
  ENDPOINTS.end_session,
  PAGES.opIframe,
  "/authenticationendpoint/",
  PAGES.sessions,
  PAGES.faults,
];

/** True for paths that browsers visit; the rest are called by servers. */
export const isBrowserPath = (path: string): boolean =>
  path === PAGES.home || BROWSER_PATHS.some((prefix) => path.startsWith(prefix));

/** True for the forms of our own pages, which must come from our own origin. The two endpoints also accept posts from
 * Relying Parties. */
export const isOwnForm = (path: string): boolean =>
  path !== ENDPOINTS.authorization && path !== ENDPOINTS.end_session && isBrowserPath(path);
