/** Registers clients for tests. */
import assert from "node:assert/strict";
import { adminAuthorization, type OpUnderTest, register } from "./op-under-test.ts";

export interface RegisteredClient {
  clientId: string;
  secret: string;
}

/** Registers a client with the URIs of `photos`. */
export async function registeredClient(
  op: OpUnderTest,
  metadata: Record<string, unknown>,
): Promise<RegisteredClient> {
  const { status, body } = await register(
    op,
    {
      redirect_uris: [`${op.photos.base}/oauth2client`],
      post_logout_redirect_uris: [`${op.photos.base}/logout`],
      backchannel_logout_uri: `${op.photos.base}/bclogout`,
      response_types: ["code", "id_token", "id_token token", "code id_token"],
      grant_types: ["authorization_code", "implicit", "refresh_token", "password"],
      ...metadata,
    },
    adminAuthorization,
  );
  assert.equal(status, 201, JSON.stringify(body));
  return { clientId: String(body.client_id), secret: String(body.client_secret) };
}
