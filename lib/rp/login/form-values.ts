/** What the authorize form is filled in with. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import { clientsAt } from "../clients.ts";
import type { RelyingParty } from "../relying-party.ts";

const endpointFields = [
  "authorization_endpoint",
  "token_endpoint",
  "end_session_endpoint",
  "check_session_iframe",
] as const;

export interface FormValues {
  /** The user's last ones, by default the usual ones. */
  values: Record<string, string>;
  /** Those of the configuration and the OP's metadata. */
  usual: Record<string, string>;
  /** Why the endpoints are missing when the OP cannot be reached. */
  problem?: ProtocolError;
}

/** The values of the form. */
export async function formValues(
  kept: Record<string, string> = {},
  base: string,
  rp: RelyingParty,
): Promise<FormValues> {
  const { metadata, problem } = await metadataOf(rp.provider);
  const usual: Record<string, string> = {
    grant_type: "code",
    client_id: (await clientsAt(rp.provider, rp))[0]?.clientId ?? "",
    scope: rp.config.SCOPE,
    redirect_uri: `${base}/oauth2client`,
    response_type: "id_token",
    use_pkce: "yes",
    code_challenge_method: "S256",
    form_post: "no",
    acr_values: "",
    ...Object.fromEntries(endpointFields.map((name) => [name, metadata[name] ?? ""])),
  };
  const entered = Object.entries(kept).filter(([name, value]) => value !== "" || !isEndpoint(name));
  const values = { ...usual, ...Object.fromEntries(entered) };
  // The callback of the app's other address would lead away from the current one.
  const callbacks = rp.config.RP_BASE_URLS.map((url) => `${url}/oauth2client`);
  if (callbacks.includes(values.redirect_uri ?? "")) values.redirect_uri = `${base}/oauth2client`;
  return { values, usual, ...(problem ? { problem } : {}) };
}

const isEndpoint = (name: string): boolean => (endpointFields as readonly string[]).includes(name);

async function metadataOf(
  provider: OpenIdProvider,
): Promise<{ metadata: Partial<Metadata>; problem?: ProtocolError }> {
  try {
    return { metadata: await provider.metadata() };
  } catch (error) {
    if (error instanceof ProtocolError) return { metadata: {}, problem: error };
    throw error;
  }
}
