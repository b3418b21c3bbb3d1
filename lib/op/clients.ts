/** The clients: where the library's rules are not ours, and the ones that are there from the start. */

import type Provider from "oidc-provider";
import { type ClientMetadata, errors, type ResponseType } from "oidc-provider";
import { ConfigError } from "#lib/config/env.ts";
import type { OpConfig } from "#lib/config/op-config.ts";
import { redirectUris } from "#lib/oidc/client-metadata.ts";
import { CLIENT_ID_RULE, isClientId } from "./client-id.ts";
import type { OpStore } from "./store/op-store.ts";

export const RESPONSE_TYPES: ResponseType[] = [
  "code",
  "id_token",
  "id_token token",
  "code id_token",
  "code token",
  "code id_token token",
];

/** The library refuses http callbacks for implicit flows, which is what the tutorial has (OIDC Registration 2,
 * `application_type`: "web" clients must use https). */
export function allowHttpCallbacks(provider: Provider): void {
  // The schema of client metadata is the library's own recipe for this, and missing in its types.
  type Schema = { prototype: { invalidate(message: string, code?: string): void } };
  const schema = (provider.Client as unknown as { Schema: Schema }).Schema.prototype;
  const invalidate = schema.invalidate;
  schema.invalidate = function (message, code) {
    if (code === "implicit-force-https" || code === "implicit-forbid-localhost") return;
    invalidate.call(this, message, code);
  };
}

/** RIL 3: the address after logout must be one of the registered ones, exactly. For native clients the library leaves
 * the port open as it does for their callbacks, where RFC 8252 7.3 asks for it. */
export function exactPostLogoutUris(provider: Provider): void {
  provider.Client.prototype.postLogoutRedirectUriAllowed = function (uri) {
    return this.postLogoutRedirectUris?.includes(uri) ?? false;
  };
}

/** Registers the playground's apps anew at each start. Through the store: the library's `clients` option would make
 * them unchangeable. */
export async function seedClients(
  provider: Provider,
  store: OpStore,
  apps: OpConfig["OP_APPS"],
): Promise<void> {
  for (const metadata of apps.flatMap(clientsOf)) {
    if (!isClientId(metadata.client_id)) {
      throw new ConfigError(`OP_APPS: the name ${metadata.client_id} must be ${CLIENT_ID_RULE}`);
    }
    await provider.Client.validate(metadata).catch((error: unknown) => {
      if (!(error instanceof errors.InvalidClientMetadata)) throw error;
      throw new ConfigError(`OP_APPS: ${metadata.client_id}: ${error.error_description}`);
    });
    store.upsert("Client", metadata.client_id, metadata);
  }
}

/** Of each app a confidential and a public client, so that a tutorial can be followed with either; no public one where
 * ID Tokens are made with a secret, which it has not. */
function clientsOf({
  name,
  secret,
  baseUrls,
  serverUrl = baseUrls[0],
  metadata,
}: OpConfig["OP_APPS"][number]): ClientMetadata[] {
  const shared = {
    client_name: name,
    response_types: RESPONSE_TYPES,
    redirect_uris: redirectUris(baseUrls as [string, ...string[]]),
    post_logout_redirect_uris: baseUrls.map((base) => `${base}/logout`),
    backchannel_logout_uri: `${serverUrl}/bclogout`,
    backchannel_logout_session_required: true,
    frontchannel_logout_uri: `${baseUrls[0]}/fclogout`,
    frontchannel_logout_session_required: true,
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

/** HS256, A128KW and their like. */
const needsSecret = (metadata: ClientMetadata): boolean =>
  [metadata.id_token_signed_response_alg, metadata.id_token_encrypted_response_alg].some((alg) =>
    /^(?:HS|A)\d/.test(String(alg)),
  );
