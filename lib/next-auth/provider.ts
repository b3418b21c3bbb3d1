/** next-auth's description of the OpenID Provider: plain next-auth, except the parts with a comment. */
import type { OAuthConfig } from "next-auth/providers/oauth";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { redeemed } from "./redeem.ts";

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
  /** Called if the OP refuses HTTP Basic, which it declares, and accepts the secret in the body. */
  onBasicRefused: () => void;
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
  onBasicRefused,
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
  token: { request: async (context) => ({ tokens: await redeemed(context, jwks, onBasicRefused) }) },
  profile: ({ sub }) => ({ id: sub, name: sub }),
});
