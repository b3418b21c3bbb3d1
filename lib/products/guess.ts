/** Which product it is, by what its discovery document says: nothing else is asked. */
import type { Metadata } from "#lib/oidc/provider.ts";
import type { Driver } from "./driver.ts";

/** What only one product has. The embedded OP has the paths of WSO2 Identity Server, and a field of its own. */
const signs: readonly [driver: Driver["name"], isIt: (metadata: Metadata) => boolean][] = [
  ["embedded", (metadata) => "end_session_everywhere_supported" in metadata],
  [
    "wso2",
    ({ issuer, ...metadata }) =>
      /\/oauth2\/(token|oidcdiscovery)$/.test(issuer) &&
      pathOf(metadata.end_session_endpoint).endsWith("/oidc/logout"),
  ],
  [
    "keycloak",
    ({ issuer, token_endpoint: token }) =>
      /\/realms\/[^/]+$/.test(issuer) && token === `${issuer}/protocol/openid-connect/token`,
  ],
  [
    "glewlwyd",
    ({ issuer, ...metadata }) =>
      /\/api\/[^/]+$/.test(issuer) &&
      metadata.authorization_endpoint === `${issuer}/auth` &&
      metadata.userinfo_endpoint === `${issuer}/userinfo` &&
      metadata.introspection_endpoint === `${issuer}/introspect`,
  ],
];

/** The driver that fits; the one for plain forms where none does. */
export const guessDriver = (metadata: Metadata): Driver["name"] =>
  signs.find(([, isIt]) => isIt(metadata))?.[0] ?? "generic";

const pathOf = (url: unknown): string => (typeof url === "string" ? (URL.parse(url)?.pathname ?? "") : "");
