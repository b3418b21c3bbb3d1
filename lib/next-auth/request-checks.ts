/** The `callbackUrl` of a request: next-auth answers 500 if it is no URL, in the request or in its cookie. */

/** Whether next-auth accepts it.
 * @param base against which a path is resolved */
export function isCallbackUrl(value: unknown, base: string): boolean {
  if (typeof value !== "string") return false;
  const url = URL.parse(value, value.startsWith("/") ? base : undefined);
  return url !== null && /^https?:$/.test(url.protocol);
}

/** Those of a request, from its query and its body; next-auth ignores empty ones.
 * @param body as text; empty without one */
export function callbackUrlsOf({ url, headers }: Request, body: string): unknown[] {
  const isJson = headers.get("content-type")?.includes("json") ?? false;
  const posted = isJson ? [inJson(body)] : new URLSearchParams(body).getAll("callbackUrl");
  return [...new URL(url).searchParams.getAll("callbackUrl"), ...posted].filter(Boolean);
}

function inJson(text: string): unknown {
  try {
    return (Object(JSON.parse(text)) as { callbackUrl?: unknown }).callbackUrl;
  } catch {
    return undefined;
  }
}
