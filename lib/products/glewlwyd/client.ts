/** A client as Glewlwyd stores it. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type ClientRecord, listIn } from "../client-fields.ts";

export function representationOf(
  metadata: ClientMetadata,
  { clientId, clientSecret }: Pick<ClientRecord, "clientId" | "clientSecret">,
): object {
  const {
    client_name: name = clientId,
    backchannel_logout_uri: backChannel,
    frontchannel_logout_uri: frontChannel,
  } = metadata;
  return {
    client_id: clientId,
    name,
    enabled: true,
    confidential: clientSecret !== undefined,
    redirect_uri: listIn(metadata, "redirect_uris"),
    post_logout_redirect_uris: listIn(metadata, "post_logout_redirect_uris"),
    authorization_type: ["code", "token", "id_token", "none", "refresh_token"],
    ...(clientSecret === undefined
      ? { token_endpoint_auth_method: ["none"] }
      : {
          client_secret: clientSecret,
          token_endpoint_auth_method: ["client_secret_basic", "client_secret_post"],
        }),
    ...(backChannel && {
      backchannel_logout_uri: backChannel,
      backchannel_logout_session_required: yesOrNo(metadata.backchannel_logout_session_required),
    }),
    ...(frontChannel && {
      frontchannel_logout_uri: frontChannel,
      frontchannel_logout_session_required: yesOrNo(metadata.frontchannel_logout_session_required),
    }),
  };
}

const yesOrNo = (value: unknown): "yes" | "no" => (value === true ? "yes" : "no");
