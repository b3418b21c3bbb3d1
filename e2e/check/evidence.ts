/** Evidence that may be shown to anybody: tokens lose their signature, secrets are left out. */

/** A JWS without its signature and, if it is long, without its middle. */
export function shortenedToken(token: string): string {
  const parts = token.split(".");
  if (parts.length < 3)
    return token.length > 200 ? `${token.slice(0, 80)}… (${token.length} characters)` : token;
  const kept = parts.slice(0, -1).join(".");
  const start = kept.length > 160 ? `${kept.slice(0, 160)}…` : kept;
  return `${start}.(signature) (${token.length} characters)`;
}

const secret = /secret|password|cookie|authorization|code_verifier/i;

/** Parameters as evidence shows them. */
export const shortened = (parameters: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      secret.test(name) ? "(left out)" : shortenedToken(value),
    ]),
  );

/** The request for a terminal; tokens are variables that the reader fills in. What the OP had a say in is quoted: nothing
 * of it may run when it is pasted into a shell. */
export function curlOf(
  method: "GET" | "POST",
  url: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const fields = Object.entries(parameters).map(([name, value]) => {
    const isToken = /^[a-z_]*(token|hint)[a-z_]*$/.test(name) && value.length > 100;
    return `--data-urlencode ${isToken ? `"${name}=$${name.toUpperCase()}"` : quoted(`${name}=${value}`)}`;
  });
  return [`curl -i ${method === "GET" ? "-G" : "-X POST"} ${quoted(url)}`, ...fields].join(" \\\n  ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What the reader has to do before he sends it; nothing where it is complete. */
export function curlHint(curl: string): string {
  const variables = [...curl.matchAll(/^ {2}--data-urlencode "[a-z_]+=\$([A-Z_]+)"/gm)].map(
    ([, name]) => name,
  );
  return variables.length === 0 ? "" : `First put a token of your own into ${variables.join(" and ")}.`;
}
