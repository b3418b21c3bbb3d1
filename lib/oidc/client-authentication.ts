/** Client authentication with a secret at the token endpoint: HTTP Basic, or in the body (RFC 6749 2.3.1, Core 9). */
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import type { Verdict } from "./verdict.ts";

export interface ClientCredentials {
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string | undefined;
}

export type AuthenticationMethod = "client_secret_basic" | "client_secret_post" | "none";

/** The methods that the OP declares, in the order to try them. Discovery 3: the default is client_secret_basic. */
export function authenticationMethods(
  {
    token_endpoint_auth_methods_supported: declared = ["client_secret_basic"],
  }: { token_endpoint_auth_methods_supported?: readonly string[] },
  clientSecret: string | undefined,
): [AuthenticationMethod, ...AuthenticationMethod[]] {
  if (clientSecret === undefined) return ["none"];
  if (!declared.includes("client_secret_basic")) return ["client_secret_post"];
  return declared.includes("client_secret_post")
    ? ["client_secret_basic", "client_secret_post"]
    : ["client_secret_basic"];
}

/** Puts the credentials into a token request. */
export function authenticate(
  method: AuthenticationMethod,
  { clientId, clientSecret = "" }: ClientCredentials,
  body: URLSearchParams,
  headers: Headers,
): void {
  if (method === "client_secret_basic") {
    headers.set("authorization", basicCredentials(clientId, clientSecret));
    return;
  }
  body.set("client_id", clientId);
  if (method === "client_secret_post") body.set("client_secret", clientSecret);
}

/** Both are form-encoded first (RFC 6749 2.3.1). That leaves `-`, `.`, `_` and `*` as they are; openid-client's own
 * function encodes them too, and OPs that do not decode then refuse the client. */
function basicCredentials(clientId: string, clientSecret: string): string {
  const encoded = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
  return `Basic ${btoa(`${encoded(clientId)}:${encoded(clientSecret)}`)}`;
}

/** A fetch that sends a token request again by client_secret_post if the OP answers client_secret_basic with 401.
 * @param onAccepted called if the OP accepts the client only then */
export function fetchByEitherMethod(fetch: Fetch, client: ClientCredentials, onAccepted: () => void): Fetch {
  return async (url, init) => {
    const answer = await fetch(url, init);
    const headers = new Headers(init.headers);
    if (answer.status !== 401 || !headers.get("authorization")?.startsWith("Basic ")) return answer;
    const body = new URLSearchParams(init.body as URLSearchParams);
    headers.delete("authorization");
    authenticate("client_secret_post", client, body, headers);
    const second = await fetch(url, { ...init, headers, body });
    if (!(await acceptsClient(second))) return answer;
    onAccepted();
    return second;
  };
}

/** Whether this answer is about the grant, no longer about the client (RFC 6749 5.2). */
async function acceptsClient(answer: Response): Promise<boolean> {
  if (answer.ok) return true;
  if (answer.status !== 400) return false;
  const body = (await answer
    .clone()
    .json()
    .catch(() => undefined)) as unknown;
  const { error } = Object(body) as { error?: unknown };
  return typeof error === "string" && error !== "invalid_client";
}

/** Says which method the OP refused although it declares it. */
export const basicWasRefused: Verdict = {
  check: "client authentication",
  clause: "RFC 6749 2.3.1",
  result: "warn",
  expected: "client_secret_basic, which the OpenID Provider declares",
  actual: "HTTP 401; client_secret_post was accepted",
};
