/** The logout request of RP-Initiated Logout 1.0, section 2. Pure, and small enough for the page that previews it:
 * openid-client builds such a URL too, but not one without `client_id`. */

/** Longest URL that browsers, proxies and servers agree on; a longer request goes by POST. */
export const longestUrl = 2000;

/** Longest parameter that this app sends, except the hint. */
export const longestParameter = 2048;

export type LogoutMethod = "GET" | "POST";

/** The parameters in the order in which they are sent; empty ones are omitted. RIL 2 has all but the last two:
 * `tenant_domain` is WSO2's, and `everywhere=true` asks an OP that declares `end_session_everywhere_supported` to end all
 * sessions of the user. */
export const logoutParameters = [
  "id_token_hint",
  "client_id",
  "post_logout_redirect_uri",
  "state",
  "logout_hint",
  "ui_locales",
  "tenant_domain",
  "everywhere",
] as const;

export type LogoutParameters = Partial<Record<(typeof logoutParameters)[number], string>>;

export interface LogoutRequest {
  method: LogoutMethod;
  /** Where the browser goes: for GET with all parameters, for POST without them. */
  url: string;
  /** Fields of the form; empty for GET. */
  fields: [string, string][];
  /** Length of the request as a URL, in characters. */
  length: number;
}

/** Builds a logout request. A GET that would be longer than `longestUrl` becomes a POST.
 * @param endpoint the end_session_endpoint; a query of its own is kept (RIL 2.1)
 * @throws {TypeError} if the endpoint is not a URL */
export function buildLogoutRequest(
  endpoint: string,
  parameters: LogoutParameters,
  method: LogoutMethod = "GET",
): LogoutRequest {
  const fields = logoutParameters.flatMap((name): [string, string][] => {
    const value = parameters[name];
    return value ? [[name, value]] : [];
  });
  const url = new URL(endpoint);
  for (const [name, value] of fields) url.searchParams.append(name, value);
  const { length } = url.href;
  if (method === "GET" && length <= longestUrl) return { method, url: url.href, fields: [], length };
  return { method: "POST", url: endpoint, fields, length };
}
