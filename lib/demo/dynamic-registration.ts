/** Dynamic client registration (RFC 7591) of an app at an OpenID Provider of the user's own. */
import * as oidc from "openid-client";
import type { Addresses, AppName } from "./apps.ts";
import type { RegistrationAuthorization } from "./options.ts";
import type { Registration } from "./saved-state.ts";

type Metadata = oidc.ServerMetadata;

export type Registered = Pick<Registration, "clientId" | "clientSecret" | "secretExpiresAt">;

export interface RegistrationRequest {
  name: AppName;
  addresses: Addresses;
  metadata: Metadata;
  authorization: RegistrationAuthorization | undefined;
}

/** Registers at the endpoint that discovery declares. @throws what openid-client throws on a refusal */
export async function register(request: RegistrationRequest): Promise<Registered> {
  const responseTypes = responseTypesAt(request.metadata);
  try {
    return await send(responseTypes, request);
  } catch (error) {
    if (!(error instanceof oidc.ResponseBodyError) || error.error !== "invalid_client_metadata") throw error;
    // Some OPs take single words alone, and any combination of those that are registered.
    const words = [...new Set(responseTypes.flatMap((type) => type.split(" ")))];
    if (words.join() === responseTypes.join()) throw error;
    return await send(words, request);
  }
}

async function send(responseTypes: string[], request: RegistrationRequest): Promise<Registered> {
  const { metadata, authorization } = request;
  const client = clientMetadata(request, responseTypes);
  const url = new URL(`${metadata.issuer}/.well-known/openid-configuration`);
  const registered = await oidc.dynamicClientRegistration(url, client, undefined, {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: registrationFetch(metadata, authorization),
    ...(authorization && "token" in authorization && { initialAccessToken: authorization.token }),
  });
  const { client_id, client_secret, client_secret_expires_at } = registered.clientMetadata();
  return {
    clientId: client_id,
    ...(client_secret !== undefined && { clientSecret: client_secret }),
    ...(typeof client_secret_expires_at === "number" && { secretExpiresAt: client_secret_expires_at }),
  };
}

/**
 * The library reads the document again: it gets the one we checked. And it takes 201 alone for success, while some
 * OPs answer 200, and leave out `client_secret_expires_at`, which RFC 7591 demands beside a secret.
 */
function registrationFetch(
  metadata: Metadata,
  authorization: RegistrationAuthorization | undefined,
): oidc.CustomFetch {
  return async (url, { method, body, headers, redirect, signal }) => {
    if (method === "GET") return Response.json(metadata);
    const sent = new Headers(headers);
    if (authorization && "user" in authorization) {
      const credentials = `${authorization.user}:${authorization.password}`;
      sent.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
    }
    const request = { method, body: String(body), headers: sent, redirect, signal: signal ?? null };
    const response = await fetch(url, request);
    if (response.status !== 200 && response.status !== 201) return response;
    const registered: unknown = await response.json();
    return Response.json({ client_secret_expires_at: 0, ...Object(registered) }, { status: 201 });
  };
}

const wantedResponseTypes = ["code", "id_token", "id_token token", "code id_token"];
const wantedGrantTypes = ["authorization_code", "implicit", "refresh_token"];

/** Of what the apps can do, what the OP declares that it can do too. */
function responseTypesAt(metadata: Metadata): string[] {
  const sorted = (type: string) => type.split(" ").sort().join(" ");
  const declared = new Set(metadata.response_types_supported?.map(sorted) ?? ["code"]);
  return wantedResponseTypes.filter((type) => declared.has(sorted(type)));
}

function clientMetadata(
  { name, addresses, metadata }: RegistrationRequest,
  responseTypes: string[],
): Partial<oidc.ClientMetadata> {
  const { baseUrls, serverUrl } = addresses;
  // What RFC 8414 says of an OP that declares none.
  const grants = metadata.grant_types_supported ?? ["authorization_code", "implicit"];
  return {
    client_name: name,
    redirect_uris: baseUrls.map((base) => `${base}/oauth2client`),
    post_logout_redirect_uris: baseUrls.map((base) => `${base}/logout`),
    response_types: responseTypes,
    grant_types: wantedGrantTypes.filter((grant) => grants.includes(grant)),
    token_endpoint_auth_method: "client_secret_basic",
    backchannel_logout_uri: `${serverUrl}/bclogout`,
    backchannel_logout_session_required: true,
    frontchannel_logout_uri: `${baseUrls[0]}/fclogout`,
    frontchannel_logout_session_required: true,
  };
}
