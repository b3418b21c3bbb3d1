/** Exceptions to the library's client rules, and the preregistered clients. */

import type Provider from "oidc-provider";
import { type ClientMetadata, errors, type ResponseType } from "oidc-provider";
import { ConfigError } from "#lib/config/env.ts";
import type { OpConfig } from "#lib/config/op-config.ts";
import { logoutMetadata, redirectUris } from "#lib/oidc/client-metadata.ts";
import { clientIdRule, isClientId } from "./client-id.ts";
import type { OpStore } from "./store/op-store.ts";

export const supportedResponseTypes: ResponseType[] = [
  "code",
  "id_token",
  "id_token token",
  "code id_token",
  "code token",
  "code id_token token",
];

/** Allows http callbacks for implicit flows, which the tutorial uses and the library refuses (OIDC Registration 2,
 * `application_type`: "web" clients must use https). */
export function allowHttpCallbacks(provider: Provider): void {
  // The library documents this hook for it, but does not type it.
  type Schema = { prototype: { invalidate(message: string, code?: string): void } };
  const schema = (provider.Client as unknown as { Schema: Schema }).Schema.prototype;
  const invalidate = schema.invalidate;
  schema.invalidate = function (message, code) {
    if (code === "implicit-force-https" || code === "implicit-forbid-localhost") return;
    invalidate.call(this, message, code);
  };
}

/** RIL 3: the post_logout_redirect_uri must exactly match a registered one. For native clients the library ignores the
 * port, which RFC 8252 7.3 requires for callbacks only. */
export function exactPostLogoutUris(provider: Provider): void {
  provider.Client.prototype.postLogoutRedirectUriAllowed = function (uri) {
    return this.postLogoutRedirectUris?.includes(uri) ?? false;
  };
}

/** Registers the playground's apps again at each start. Uses the store, since the library's `clients` option would make
 * them immutable. */
export async function seedClients(
  provider: Provider,
  store: OpStore,
  apps: OpConfig["OP_APPS"],
): Promise<void> {
  for (const metadata of apps.flatMap(clientsOf)) {
    if (!isClientId(metadata.client_id)) {
      throw new ConfigError(`OP_APPS: the name ${metadata.client_id} must be ${clientIdRule}`);
    }
    await provider.Client.validate(metadata).catch((error: unknown) => {
      if (!(error instanceof errors.InvalidClientMetadata)) throw error;
      throw new ConfigError(`OP_APPS: ${metadata.client_id}: ${error.error_description}`);
    });
    store.upsert("Client", metadata.client_id, metadata);
  }
}

/** A confidential and a public client for each app, so that a tutorial works with either; no public one if the ID
 * Tokens need a secret. */
function clientsOf({
  name,
  secret,
  baseUrls,
  serverUrl,
  metadata,
}: OpConfig["OP_APPS"][number]): ClientMetadata[] {
  const [baseUrl = "", ...others] = baseUrls;
  const shared = {
    client_name: name,
    response_types: supportedResponseTypes,
    redirect_uris: redirectUris([baseUrl, ...others]),
    post_logout_redirect_uris: baseUrls.map((base) => `${base}/logout`),
    ...logoutMetadata(baseUrl, serverUrl ?? baseUrl),
    ...metadata,
  };
  const grants = ["authorization_code", "implicit", "refresh_token", "password"];
  const confidential: ClientMetadata = {
    ...shared,
    client_id: name,
    client_secret: secret,
    grant_types: [...grants, "client_credentials"],
  };
  if (needsSecret(confidential)) return [confidential];
  // RFC 6749 4.4: the client credentials grant is for confidential clients only.
  const isPublic = {
    client_id: `${name}-public`,
    token_endpoint_auth_method: "none",
    grant_types: grants,
  } as const;
  return [confidential, { ...shared, ...isPublic }];
}

/** HS256, A128KW and similar. */
const needsSecret = (metadata: ClientMetadata): boolean =>
  [metadata.id_token_signed_response_alg, metadata.id_token_encrypted_response_alg].some((alg) =>
    /^(?:HS|A)\d/.test(alg ?? ""),
  );
