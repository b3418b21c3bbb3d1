/** The client metadata of a Relying Party of this playground (OIDC Registration 2, RFC 7591 2). */
import type { Encryption } from "./jwe.ts";
import type { RegistrationField } from "./mechanisms.ts";

export interface ClientToRegister {
  name: string;
  /** The URLs that the app answers as; the OP's pages frame the first. */
  baseUrls: readonly [string, ...string[]];
  /** The URL at which the OP's server reaches the app; default: the first base URL. */
  serverUrl?: string;
  /** `id_token_signed_response_alg`, the only algorithm that the app accepts. */
  alg?: string;
  encryption?: Encryption | undefined;
  /** `frontchannel_logout_session_required`; default: true. */
  sidRequired?: boolean;
}

/** The OP metadata that matters here (Discovery 3). */
export interface ProviderAbilities {
  response_types_supported?: readonly string[];
  grant_types_supported?: readonly string[];
  token_endpoint_auth_methods_supported?: readonly string[];
}

export interface ClientMetadata {
  [field: string]: string | boolean | readonly string[];
  response_types: readonly string[];
}

/** The redirect URIs of an app: one for each base URL, and one for next-auth, which knows only the first. */
export const redirectUris = (baseUrls: readonly [string, ...string[]]): string[] => [
  ...baseUrls.map((base) => `${base}/oauth2client`),
  `${baseUrls[0]}/api/auth/callback/op`,
];

/** Registers an app for each mechanism. */
export const logoutMetadata = (baseUrl: string, serverUrl: string) =>
  ({
    backchannel_logout_uri: `${serverUrl}/bclogout`,
    backchannel_logout_session_required: true,
    frontchannel_logout_uri: `${baseUrl}/fclogout`,
    frontchannel_logout_session_required: true,
  }) satisfies Record<RegistrationField, string | boolean>;

const wantedResponseTypes = ["code", "id_token", "id_token token", "code id_token"];
const wantedGrantTypes = ["authorization_code", "implicit", "refresh_token"];

/** The client metadata to request: every logout field, and the flows that the OP declares. */
export function clientMetadata(
  {
    name,
    baseUrls,
    serverUrl = baseUrls[0],
    alg = "RS256",
    encryption,
    sidRequired = true,
  }: ClientToRegister,
  provider: ProviderAbilities,
): ClientMetadata {
  // The defaults of Discovery 3.
  const grants = provider.grant_types_supported ?? ["authorization_code", "implicit"];
  const methods = provider.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const responseTypes = responseTypesAt(provider);
  const wanted = wantedGrantTypes.filter((grant) => grant !== "implicit" || needsImplicit(responseTypes));
  return {
    client_name: name,
    redirect_uris: redirectUris(baseUrls),
    post_logout_redirect_uris: baseUrls.map((base) => `${base}/logout`),
    response_types: responseTypes,
    grant_types: wanted.filter((grant) => grants.includes(grant)),
    token_endpoint_auth_method: methods.includes("client_secret_basic")
      ? "client_secret_basic"
      : "client_secret_post",
    ...logoutMetadata(baseUrls[0], serverUrl),
    frontchannel_logout_session_required: sidRequired,
    id_token_signed_response_alg: alg,
    ...(encryption && {
      id_token_encrypted_response_alg: encryption.alg,
      id_token_encrypted_response_enc: encryption.enc,
      jwks_uri: `${serverUrl}/jwks`,
    }),
  };
}

/** Registration 2: `implicit` belongs to the response types that bring a token from the authorization endpoint. */
export const needsImplicit = (responseTypes: readonly string[]): boolean =>
  responseTypes.some((type) => /\b(id_token|token)\b/.test(type));

/** The words of a response type may come in any order (OAuth 2.0 Multiple Response Types 3). */
export const sortedWords = (responseType: string): string => responseType.split(" ").sort().join(" ");

function responseTypesAt({ response_types_supported: declared = ["code"] }: ProviderAbilities): string[] {
  const supported = new Set(declared.map(sortedWords));
  return wantedResponseTypes.filter((type) => supported.has(sortedWords(type)));
}
