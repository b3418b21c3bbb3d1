/** A host in the form in which URLs have it, of characters that mean nothing in a Content-Security-Policy: pages name such
 * hosts there, and URLs allow `;`, `,` and `*` in them. */
const plainHost = /^[\w.:[\]-]+$/;

/** Whether this is an absolute http or https URL. */
export function isWebUrl(value: unknown): value is string {
  const url = typeof value === "string" ? URL.parse(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) && plainHost.test(url.host);
}
