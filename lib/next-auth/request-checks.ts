/** Requests to which next-auth answers 500: refused before it sees them. */
import { foreignText } from "#lib/net/foreign-text.ts";

/** Whether next-auth accepts it as `callbackUrl`, in a request or in its cookie.
 * @param base against which a path is resolved */
export function isCallbackUrl(value: unknown, base: string): boolean {
  if (typeof value !== "string") return false;
  const url = URL.parse(value, value.startsWith("/") ? base : undefined);
  return url !== null && /^https?:$/.test(url.protocol);
}

/** What next-auth cannot read in a request; undefined if there is nothing.
 * @param body as text; empty without one */
export function problemOf(request: Request, body: string, base: string): string | undefined {
  const query = new URL(request.url).searchParams;
  const posted = fieldsOf(request, body);
  if (!posted) return "The body of this request is not a JSON object.";
  // It redirects with this text as it is, and a header has only these characters, as an error code (RFC 6749 4.1.2.1).
  if (!query.getAll("error").every((text) => /^[\x20-\x7e]*$/.test(text)))
    return "The error of this request has characters that no error code has.";
  const odd = [...query.getAll("callbackUrl"), ...posted].find((url) => url && !isCallbackUrl(url, base));
  return odd
    ? `The callbackUrl of this request is not an http or https URL: ${foreignText(odd)}.`
    : undefined;
}

/** Each `callbackUrl` of a body; undefined if the body cannot be read. next-auth ignores empty ones. */
function fieldsOf({ headers }: Request, body: string): unknown[] | undefined {
  if (!headers.get("content-type")?.includes("json") || body === "")
    return new URLSearchParams(body).getAll("callbackUrl");
  try {
    const fields: unknown = JSON.parse(body);
    if (typeof fields !== "object" || fields === null) return undefined;
    return [(fields as { callbackUrl?: unknown }).callbackUrl];
  } catch {
    return undefined;
  }
}
