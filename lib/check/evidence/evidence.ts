/** Evidence that may be published: tokens without signatures, no secrets. */

/** A JWS without its signature, shortened if long. */
export function shortenedToken(token: string): string {
  const parts = token.split(".");
  if (parts.length < 3)
    return token.length > 200 ? `${token.slice(0, 80)}… (${token.length} characters)` : token;
  const kept = parts.slice(0, -1).join(".");
  const start = kept.length > 160 ? `${kept.slice(0, 160)}…` : kept;
  return `${start}.(signature) (${token.length} characters)`;
}

const secret = /secret|password|cookie|authorization|code_verifier/i;

/** Parameters of a request; a list if one is repeated. */
export type Parameters = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** The parameters in the order in which they are sent. */
export const pairsOf = (parameters: Parameters): readonly (readonly [string, string])[] =>
  Array.isArray(parameters) ? parameters : Object.entries(parameters);

/** Parameters as evidence shows them. */
export function shortened(parameters: Parameters): Record<string, string | string[]> {
  const shown: Record<string, string | string[]> = {};
  for (const [name, value] of pairsOf(parameters)) {
    const text = secret.test(name) ? "(left out)" : shortenedToken(value);
    const before = Object.hasOwn(shown, name) ? shown[name] : undefined;
    shown[name] = before === undefined ? text : [before, text].flat();
  }
  return shown;
}

/** A curl command for the request; tokens are variables that the reader fills in. Text that the OP controls is quoted, so
 * that none of it runs when pasted into a shell. */
export function curlOf(method: string, url: string, parameters: Parameters): string {
  const fields = pairsOf(parameters).map(([name, value]) => {
    const isToken = /^[a-z_]*(token|hint)[a-z_]*$/.test(name) && value.length > 100;
    return `--data-urlencode ${isToken ? `"${name}=$${name.toUpperCase()}"` : quoted(`${name}=${value}`)}`;
  });
  return [`curl -i ${method === "GET" ? "-G" : `-X ${method}`} ${quoted(url)}`, ...fields].join(" \\\n  ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What to do before running the command; empty if it is complete. */
export function curlHint(curl: string): string {
  const variables = [...curl.matchAll(/^ {2}--data-urlencode "[a-z_]+=\$([A-Z_]+)"/gm)].map(
    ([, name]) => name,
  );
  const names = [...new Set(variables)].join(" and ");
  return names && `First put a token of your own into ${names}.`;
}
