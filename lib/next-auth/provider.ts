/** next-auth's description of the OpenID Provider: plain next-auth, except the parts with a comment. */
import type { OAuthConfig } from "next-auth/providers/oauth";
import { discoveryUrl } from "#lib/net/discovery-url.ts";

/** One client at one OpenID Provider. */
export interface OidcClient {
  /** Exactly as in the ID Token's `iss`. */
  issuer: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  scope: string;
  /** `id_token_signed_response_alg` and, where the client has it, the encryption of its ID Tokens. */
  metadata: Record<string, string>;
  /** This app's private keys, for encrypted ID Tokens. */
  jwks: OAuthConfig<Claims>["jwks"] & object;
}

interface Claims {
  sub: string;
}

/** Code with PKCE, `state` and `nonce`; next-auth's default is `state` only. */
export const openIdProvider = ({
  issuer,
  clientId,
  clientSecret,
  scope,
  metadata,
  jwks,
}: OidcClient): OAuthConfig<Claims> => ({
  id: "op",
  name: "the OpenID Provider",
  type: "oauth",
  wellKnown: discoveryUrl(issuer),
  issuer,
  idToken: true,
  checks: ["pkce", "state", "nonce"],
  // Core 11: without `consent` an OP may ignore the request for a refresh token.
  authorization: {
    params: { scope, ...(scope.split(" ").includes("offline_access") ? { prompt: "consent" } : {}) },
  },
  clientId,
  ...(clientSecret ? { clientSecret } : {}),
  client: {
    ...metadata,
    ...(clientSecret ? {} : { token_endpoint_auth_method: "none" }),
  },
  jwks,
  profile: ({ sub }) => ({ id: sub, name: sub }),
});
