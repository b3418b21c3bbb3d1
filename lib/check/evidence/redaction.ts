/** Redaction of everything that leaves a run: checks shorten what they show, but an OP may repeat any secret in a message
 * or an address. */
import { shortenedToken } from "./evidence.ts";

/** Three parts of a JWS (the last one empty with `alg: none`) or five of a JWE; no shortened token. */
const token = /eyJ[\w-]+\.[\w-]*\.[\w-]*(?:\.[\w-]+\.[\w-]+)?(?![\w(-])/g;

const names =
  "code|access_token|refresh_token|registration_access_token|client_secret|client_assertion|code_verifier|password";

/** In an address or a form; no shell variable, and no value that is left out already. */
const parameter = new RegExp(`(^|[?&#;\\s"'])(${names})=(?![$(])[^&#\\s"'<>]+`, "gi");
const field = new RegExp(`^(${names}|cookie|set-cookie|authorization)$`, "i");
const header = /\b((?:set-)?cookie|authorization):[^\n]+/gi;
const credentials = /\b(Bearer|Basic)\s+(?!eyJ)[\w.~+/=-]{8,}/g;

const leftOut = "(left out)";

/** A copy without complete tokens, codes, cookies and secrets in any text.
 * @param secrets of this run: passwords and client secrets */
export function redacted<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === "string") return redactedText(value, secrets) as T;
  if (Array.isArray(value)) return value.map((each) => redacted(each, secrets)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    redactedText(name, secrets),
    field.test(name) && typeof each === "string" ? redactedField(each) : redacted(each, secrets),
  ]);
  return Object.fromEntries(entries) as T;
}

function redactedText(text: string, secrets: readonly string[]): string {
  const known = secrets.flatMap(formsOf).reduce((rest, secret) => rest.replaceAll(secret, leftOut), text);
  return known
    .replaceAll(token, (found) => shortenedToken(found))
    .replaceAll(parameter, `$1$2=${leftOut}`)
    .replaceAll(credentials, `$1 ${leftOut}`)
    .replaceAll(header, `$1: ${leftOut}`);
}

/** As it is written in a sentence, an address, a form, JSON and HTML. */
function formsOf(secret: string): string[] {
  const inForm = new URLSearchParams({ s: secret }).toString().slice(2);
  const inHtml = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const inAttribute = inHtml.replaceAll('"', "&quot;").replaceAll("'", "&#39;");
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, encodeURIComponent(secret), inForm, inJson, inHtml, inAttribute])];
}

/** A token stays recognizable; any other value is left out. */
const redactedField = (value: string): string => (/^eyJ/.test(value) ? redactedText(value, []) : leftOut);

/** A text whose addresses lack queries and fragments, which contain tokens, codes and hints. */
export const withoutQueries = (text: string): string =>
  text.replaceAll(/(https?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/g, "$1");

/** Parameters of the specifications, which give no access to anything. Tokens among them lose their signature like
 * everywhere. */
const shown = new Set([
  ...[
    "state",
    "iss",
    "sid",
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "prompt",
  ],
  ...["id_token_hint", "logout_hint", "logout_token", "post_logout_redirect_uri", "ui_locales"],
  ...["error", "error_description", "error_uri"],
]);

/** An address for evidence. Of parameters that the OP adds, which may be the key to a page of the user, only the names
 * are shown. */
export function redactedAddress(address: string): string {
  const at = address.search(/[?#]/);
  const [path, rest] = at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at)];
  const parameters = rest.replaceAll(/([?&#])([^?&#=]*)(=[^&#]*)?/g, (_, mark, name, value) => {
    if (value === undefined) return mark + (name && leftOut);
    return `${mark}${name}${shown.has(name) ? value : `=${leftOut}`}`;
  });
  // Browsers accept any number of slashes after http: and https:, and more than two before a host.
  const credentials = /^(https?:[/\\]*|(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,})[^/\\]*@/i;
  return path.replace(credentials, `$1${leftOut}@`).replaceAll(/;[^/]*/g, `;${leftOut}`) + parameters;
}
