/** The client configuration endpoint, at which a client can read and delete itself (RFC 7592). */
export interface ClientManagement {
  uri: string;
  /** `registration_access_token` */
  token: string;
}

/** An https issuer never gets the token over http (RFC 7592 2). */
export function managementIn(
  { registration_client_uri: uri, registration_access_token: token }: Readonly<Record<string, unknown>>,
  issuer: string,
): ClientManagement | undefined {
  if (typeof uri !== "string" || typeof token !== "string" || !token) return undefined;
  const protocols = issuer.startsWith("https:") ? ["https:"] : ["https:", "http:"];
  return protocols.includes(URL.parse(uri)?.protocol ?? "") ? { uri, token } : undefined;
}
