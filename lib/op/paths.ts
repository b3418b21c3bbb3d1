/** The endpoint paths, as at WSO2 Identity Server, and the paths of the OP's own pages. */
import { discoveryPath } from "#lib/net/discovery-url.ts";

/** The path of the issuer. */
export const issuerPath = "/oauth2/token";

/** The protocol endpoints, by the library's names. */
export const endpointPaths = {
  authorization: "/oauth2/authorize",
  token: "/oauth2/token",
  jwks: "/oauth2/jwks",
  userinfo: "/oauth2/userinfo",
  revocation: "/oauth2/revoke",
  introspection: "/oauth2/introspect",
  end_session: "/oidc/logout",
  registration: "/api/identity/oauth2/dcr/v1.1/register",
} as const;

/** The other discovery paths of WSO2 IS; the first is the one derived from the issuer (OpenID Connect Discovery 4). */
export const discoveryAliases: readonly string[] = [
  `${issuerPath}${discoveryPath}`,
  `/oauth2/oidcdiscovery${discoveryPath}`,
];

export const pagePaths = {
  home: "/",
  signIn: "/authenticationendpoint/login.do",
  consent: "/authenticationendpoint/oauth2_consent.do",
  logoutConfirm: `${endpointPaths.end_session}/confirm`,
  loggedOut: `${endpointPaths.end_session}/success`,
  logoutDeny: `${endpointPaths.end_session}/deny`,
  opIframe: "/oidc/checksession",
  sessions: "/sessions",
  sessionsSignIn: "/sessions/sign-in",
  sessionsEnd: "/sessions/end",
  faults: "/faults",
} as const;

/** All paths of the library except those with an identifier. */
export const libraryPaths: readonly string[] = [
  ...Object.values(endpointPaths),
  pagePaths.logoutConfirm,
  pagePaths.loggedOut,
];

export const assetsPath = "/assets";

const browserPaths = [
  endpointPaths.authorization,
  endpointPaths.end_session,
  pagePaths.opIframe,
  "/authenticationendpoint/",
  pagePaths.sessions,
  pagePaths.faults,
];

/** True for paths that browsers visit; the rest are called by servers. */
export const isBrowserPath = (path: string): boolean =>
  path === pagePaths.home || browserPaths.some((prefix) => path.startsWith(prefix));

/** True for the forms of our own pages, which must come from our own origin. The two endpoints also accept posts from
 * Relying Parties. */
export const isOwnForm = (path: string): boolean =>
  path !== endpointPaths.authorization && path !== endpointPaths.end_session && isBrowserPath(path);
