/** Registered addresses, which are left to the letter. */

/** Adds parameters behind the address's own query (RIL 3, FCL 3). `URLSearchParams` would write that query anew. */
export function withParameters(address: string, parameters: Readonly<Record<string, string>>): string {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (query.length === 0) return address;
  return `${address}${address.includes("?") ? "&" : "?"}${query.join("&")}`;
}
