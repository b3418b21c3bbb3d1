/** A client as Keycloak stores it. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type ClientRecord, listIn, originsOf } from "../client-fields.ts";

/** Keycloak notifies a client by one of the two channels. */
export const usesFrontChannel = (metadata: ClientMetadata): boolean =>
  metadata.backchannel_logout_uri === undefined && metadata.frontchannel_logout_uri !== undefined;

export function representationOf(
  metadata: ClientMetadata,
  { clientId, clientSecret, forTutorial }: ClientRecord,
): Record<string, unknown> {
  const grants = listIn(metadata, "grant_types");
  const attributes = {
    "post.logout.redirect.uris": listIn(metadata, "post_logout_redirect_uris").join("##"),
    "backchannel.logout.url": metadata.backchannel_logout_uri,
    "backchannel.logout.session.required": String(metadata.backchannel_logout_session_required ?? false),
    "frontchannel.logout.url": metadata.frontchannel_logout_uri,
    "frontchannel.logout.session.required": String(metadata.frontchannel_logout_session_required ?? false),
    "id.token.signed.response.alg": metadata.id_token_signed_response_alg,
  };
  return {
    clientId,
    protocol: "openid-connect",
    enabled: true,
    publicClient: clientSecret === undefined,
    ...(clientSecret !== undefined && { secret: clientSecret }),
    standardFlowEnabled: true,
    implicitFlowEnabled: grants.includes("implicit"),
    directAccessGrantsEnabled: grants.includes("password"),
    serviceAccountsEnabled: grants.includes("client_credentials"),
    consentRequired: forTutorial,
    redirectUris: listIn(metadata, "redirect_uris"),
    webOrigins: originsOf(metadata),
    frontchannelLogout: usesFrontChannel(metadata),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
  };
}
