/** Registered URIs, which are never normalized. */

/** Appends parameters to the URI's own query (RIL 3, FCL 3). `URLSearchParams` would rewrite that query. */
export function withParameters(address: string, parameters: Readonly<Record<string, string>>): string {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (query.length === 0) return address;
  return `${address}${address.includes("?") ? "&" : "?"}${query.join("&")}`;
}
