/** next-auth's token request, sent again with the secret in the body if the OP refuses HTTP Basic (RFC 6749 2.3.1). */
import type { TokenEndpointHandler } from "next-auth/providers/oauth";

type Request = NonNullable<TokenEndpointHandler["request"]>;
type Context = Parameters<Request>[0];
type Client = Context["client"];
type Jwks = ConstructorParameters<Client["issuer"]["Client"]>[1];

/** @param onBasicRefused called if the OP accepts the second request only */
export async function redeemed(
  { client, provider, params, checks }: Context,
  jwks: Jwks,
  onBasicRefused: () => void,
) {
  try {
    return await client.callback(provider.callbackUrl, params, checks);
  } catch (error) {
    if (!refusesBasic(error, client)) throw error;
    const tokens = await byPost(client, jwks)
      .callback(provider.callbackUrl, params, checks)
      .catch(() => {
        throw error;
      });
    onBasicRefused();
    return tokens;
  }
}

function refusesBasic(error: unknown, { issuer, metadata }: Client): boolean {
  const { response } = Object(error) as { response?: { statusCode?: number } };
  const declared = issuer.metadata.token_endpoint_auth_methods_supported;
  return (
    response?.statusCode === 401 &&
    metadata.token_endpoint_auth_method === "client_secret_basic" &&
    Array.isArray(declared) &&
    declared.includes("client_secret_post")
  );
}

/** The same client, with its options, which next-auth keeps under symbols. */
function byPost(client: Client, jwks: Jwks): Client {
  const metadata = { ...client.metadata, token_endpoint_auth_method: "client_secret_post" as const };
  const options = Object.getOwnPropertySymbols(client).map((name) => [name, Reflect.get(client, name)]);
  return Object.assign(new client.issuer.Client(metadata, jwks), Object.fromEntries(options));
}
