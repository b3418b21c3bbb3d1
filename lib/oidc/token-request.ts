/** Token requests (RFC 6749 4.1.3, 4.3.2, 4.4.2) through openid-client, with its errors in our terms. */
import * as client from "openid-client";
import { reason } from "#lib/net/innermost-error.ts";
import { authenticationMethods } from "./client-authentication.ts";
import { ProtocolError } from "./errors.ts";
import { isEncrypted } from "./jwe.ts";
import type { TokenResponse } from "./provider.ts";

/** Sends a token request.
 * @param grantType `authorization_code`, `password` or `client_credentials`
 * @throws {ProtocolError} `token_error` or `provider_unavailable` */
export async function requestTokens(
  configuration: client.Configuration,
  grantType: string,
  parameters: Record<string, string>,
): Promise<TokenResponse> {
  const fetch = configuration[client.customFetch] as client.CustomFetch;
  const kept: { id_token?: string } = {};
  configuration[client.customFetch] = async (url, options) => readable(await fetch(url, options), kept);
  try {
    return Object.assign(await client.genericGrantRequest(configuration, grantType, parameters), kept);
  } catch (error) {
    throw tokenError(error, configuration);
  }
}

/** The response without what keeps openid-client from reading it: an encrypted ID Token, as it cannot read all of them
 * (`verifyIdToken` repeats all its checks), and beside an error of RFC 6749 5.2 the challenge, which says less. */
async function readable(response: Response, kept: { id_token?: string }): Promise<Response> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const { id_token: idToken, ...rest } = Object(body) as Record<string, unknown>;
  const { status } = response;
  // No member that is read is an object (RFC 6749 5.1 and 5.2).
  const plain = Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== "object"));
  if (status >= 400 && typeof rest.error === "string") return Response.json(plain, { status });
  if (typeof idToken !== "string" || !isEncrypted(idToken)) return response;
  kept.id_token = idToken;
  return Response.json(plain, { status });
}

/** Fetches the claims from the UserInfo endpoint (Core 5.3).
 * @throws {ProtocolError} `token_error` or `provider_unavailable` */
export async function requestUserInfo(
  configuration: client.Configuration,
  accessToken: string,
  sub: string | undefined,
): Promise<client.UserInfoResponse> {
  try {
    return await client.fetchUserInfo(configuration, accessToken, sub ?? client.skipSubjectCheck);
  } catch (error) {
    throw tokenError(error, configuration);
  }
}

function tokenError(error: unknown, configuration: client.Configuration): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof client.ResponseBodyError) {
    const said: unknown = error.error_description;
    const description = typeof said === "string" && said ? `: ${said.replace(/\.$/, "")}` : "";
    return new ProtocolError(
      "token_error",
      `The OpenID Provider refused the request with ${error.error}${description}.`,
      {
        help:
          [tokenErrorHelp[error.error], triedBoth(error, configuration)].filter(Boolean).join(" ") ||
          undefined,
        detail: error,
      } as ConstructorParameters<typeof ProtocolError>[2],
    );
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    const challenge = error.cause[0]?.parameters.error ?? `HTTP ${error.status}`;
    return new ProtocolError(
      "token_error",
      `The OpenID Provider refused the access token or the client: ${challenge}.`,
      {
        help: "Sign in again: the session at the OpenID Provider may have ended. If that does not help, check Scope and Client Secret.",
        detail: error,
      },
    );
  }
  if (error instanceof client.ClientError && /JWT|JSON_ATTRIBUTE/.test(error.code ?? "")) {
    const claim = (error.cause as { cause?: { claim?: string } } | undefined)?.cause?.claim;
    const which = claim ? ` (${claim})` : "";
    return new ProtocolError(
      "invalid_id_token",
      `The ID Token in the token response is invalid: ${reason(error)}${which}.`,
      {
        detail: error,
      },
    );
  }
  return new ProtocolError(
    "provider_unavailable",
    `The OpenID Provider sent no valid response: ${reason(error)}.`,
    {
      help: "Check the endpoint, and the log of the OpenID Provider.",
      detail: error,
    },
  );
}

/** Says that the credentials were sent in both ways. */
function triedBoth({ error, status }: client.ResponseBodyError, configuration: client.Configuration) {
  const { client_secret: secret } = configuration.clientMetadata();
  const methods = authenticationMethods(configuration.serverMetadata(), secret);
  if (error !== "invalid_client" || status !== 401 || methods.length === 1) return undefined;
  return `The client was refused by ${methods.join(" and by ")}.`;
}

const tokenErrorHelp: Readonly<Record<string, string>> = {
  invalid_client: "Check Client ID and Client Secret; leave the secret empty for a public client.",
  invalid_grant: "The code was used before, has expired, or belongs to another Callback URL. Start again.",
  unauthorized_client: "Allow this grant type for the client at the OpenID Provider.",
  unsupported_grant_type:
    "This OpenID Provider does not support the grant. Choose another Authorization Grant Type.",
};
