/** The clients of the apps: what they are registered with, and what to do if that fails. */
import { CannotRun } from "#lib/cli/errors.ts";
import type { Addresses, AppName } from "#lib/config/apps.ts";
import { type ClientMetadata, clientMetadata, redirectUris } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { Driver, DriverContext, RegisteredClient } from "#lib/products/driver.ts";
import { NoRegistration } from "#lib/products/generic/dynamic-registration.ts";
import type { Registration } from "./saved-state.ts";

interface AppClient {
  app: AppName;
  /** `client_name` */
  name: string;
  addresses: Addresses;
  isPublic?: boolean;
  encryption?: Encryption | undefined;
}

/** The metadata for a product's own API: every grant of the tutorial, whatever discovery declares. */
export function metadataForApi({
  name,
  addresses,
  isPublic = false,
}: Omit<AppClient, "app">): ClientMetadata {
  const response_types_supported = ["code", "id_token", "id_token token", "code id_token"];
  const grants = ["authorization_code", "implicit", "refresh_token", "password"];
  return {
    ...clientMetadata({ name, ...addresses }, { response_types_supported }),
    // RFC 6749 4.4: the client credentials grant is for confidential clients only.
    grant_types: isPublic ? grants : [...grants, "client_credentials"],
    ...(isPublic && { token_endpoint_auth_method: "none" }),
  };
}

const clientAdvice = "Register it by hand and pass --client NAME=ID[:SECRET].";

/** Registers a new client for an app.
 * @throws {import("#lib/cli/errors.ts").CannotRun} that says what to do instead */
export async function registerApp(
  { app, name, addresses, isPublic, encryption }: AppClient,
  register: NonNullable<Driver["register"]>,
  context: DriverContext,
): Promise<RegisteredClient> {
  const { issuer, metadata } = context;
  const asked = {
    ...clientMetadata({ name, ...addresses, encryption }, metadata),
    ...(isPublic && { token_endpoint_auth_method: "none" }),
  };
  try {
    return await register(asked, context);
  } catch (error) {
    if (error instanceof NoRegistration) throw new CannotRun(byHand(issuer, app, addresses));
    if (!(error instanceof ProtocolError)) throw error;
    throw new CannotRun([error.message, error.help, clientAdvice].filter(Boolean).join(" "));
  }
}

function byHand(issuer: string, app: AppName, { baseUrls, serverUrl }: Addresses): string {
  const all = (path: string) => baseUrls.map((base) => `${base}${path}`).join(" and ");
  return `${issuer} has no registration_endpoint: register a client by hand with redirect URIs ${redirectUris(baseUrls).join(" and ")}, post-logout redirect URIs ${all("/logout")}, back-channel logout URI ${serverUrl}/bclogout, front-channel logout URI ${baseUrls[0]}/fclogout, and pass --client ${app}=ID[:SECRET].`;
}

/** What is remembered about a client. */
export const registrationOf = (
  { app, addresses }: Pick<AppClient, "app" | "addresses">,
  issuer: string,
  { clientId, clientSecret, secretExpiresAt, encryption }: Omit<RegisteredClient, "missing">,
): Registration => ({
  issuer,
  name: app,
  baseUrls: addresses.baseUrls,
  clientId,
  ...(clientSecret !== undefined && { clientSecret }),
  ...(secretExpiresAt !== undefined && { secretExpiresAt }),
  ...(encryption && { encryption }),
});
