/** The logout request of RP-Initiated Logout 1.0, section 2. */
import { buildEndSessionUrl, type Configuration } from "openid-client";

/** Longest URL that browsers, proxies and servers agree on; a longer request goes by POST. */
export const longestUrl = 2000;

export interface LogoutRequest {
  method: "GET" | "POST";
  /** Where the browser goes: for GET with all parameters, for POST without them. */
  url: string;
  /** Fields of the form; empty for GET. */
  fields: [string, string][];
}

/** Builds the logout request of a client, by POST where GET would not fit.
 * @param configuration of the client, with the end_session_endpoint in its metadata
 * @param parameters `id_token_hint`, `post_logout_redirect_uri`, `state` …; those without a value are left out */
export function buildLogoutRequest(
  configuration: Configuration,
  parameters: Record<string, string | undefined>,
): LogoutRequest {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const url = buildEndSessionUrl(configuration, Object.fromEntries(given));
  if (url.href.length <= longestUrl) return { method: "GET", url: url.href, fields: [] };
  const fields: [string, string][] = [...given, ["client_id", configuration.clientMetadata().client_id]];
  return { method: "POST", url: configuration.serverMetadata().end_session_endpoint as string, fields };
}
