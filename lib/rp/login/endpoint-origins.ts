/** Whether the endpoints that a user typed belong to the OP: elsewhere the browser may show nothing but its own error. */
import { isLoopback } from "#lib/net/loopback.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import { FormError } from "./authorize-form.ts";

/** The endpoints that browsers are sent to. */
const browserEndpoints = ["authorization_endpoint", "end_session_endpoint", "check_session_iframe"] as const;

type Fields = Readonly<Partial<Record<string, string>>>;

/** Refuses endpoints at an origin that the OP's discovery document does not name. `errors.endpoints` is about all of them.
 * @throws {FormError} */
export async function assertAtProvider(form: Fields, provider: OpenIdProvider): Promise<void> {
  const metadata = await provider.metadata();
  const foreign = foreignEndpoints(form, metadata);
  const [first] = foreign;
  if (!first) return;
  const errors = foreign.map((name) => [name, fieldError(metadata[name])]);
  throw new FormError({ ...Object.fromEntries(errors), endpoints: advice(form[first] ?? "", metadata) });
}

/** Replaces those endpoints by the discovered ones, in the fields of a submitted form. */
export async function setDiscovered(fields: URLSearchParams, provider: OpenIdProvider): Promise<void> {
  const metadata = await provider.metadata();
  for (const name of foreignEndpoints(Object.fromEntries(fields), metadata)) {
    fields.set(name, metadata[name] ?? "");
  }
}

function foreignEndpoints(form: Fields, metadata: Metadata) {
  const named = [metadata.issuer, metadata.token_endpoint, ...browserEndpoints.map((name) => metadata[name])];
  const origins = named.map(originOf);
  return browserEndpoints.filter((name) => form[name] && !origins.includes(originOf(form[name])));
}

const originOf = (url: string | undefined): string | undefined => URL.parse(url ?? "")?.origin;

const fieldError = (discovered: string | undefined): string =>
  discovered
    ? `The OpenID Provider's discovery document has ${discovered}.`
    : "The OpenID Provider's discovery document has no such endpoint.";

function advice(entered: string, { issuer }: Metadata): string {
  const [there, here] = [new URL(entered), new URL(issuer)];
  const sentences = [
    `The request was not sent: ${there.origin} is not the OpenID Provider at ${here.origin}, and your browser might show only an error.`,
  ];
  const onlyScheme = here.protocol === "http:" && there.href.startsWith(`https://${here.host}/`);
  if (onlyScheme && isLoopback(here.hostname)) {
    sentences.push("For https, as in the tutorial, stop the demo and start it with npm run demo -- --https.");
  }
  return sentences.join(" ");
}
