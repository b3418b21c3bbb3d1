/** Handles the library's events. Most are only logged, never with tokens, codes, passwords or cookies. */
import type Provider from "oidc-provider";
import type { errors, KoaContextWithOIDC } from "oidc-provider";
import type { Surroundings } from "./open-id-provider.ts";
import { shortSid } from "./session-id.ts";

export function handleEvents(provider: Provider, { log, store, issuer }: Surroundings): void {
  provider.on("authorization.success", (ctx, response) => {
    // RFC 9207 2: `iss` in every response. The library omits it if the response has an ID Token.
    if (response) response.iss = issuer;
    const { client, session, params } = ctx.oidc;
    const sid = shortSid(session?.sidFor(client?.clientId ?? ""));
    log.info(
      `authorization granted: ${client?.clientId}, ${session?.accountId}, sid ${sid}, ${params?.response_type}`,
    );
  });
  provider.on("registration_create.success", (_ctx, client) => {
    store.forgetConsents(client.clientId); // of an earlier client with this identifier
    log.info(`client registered: ${client.clientId}`);
  });

  const refused = (what: string) => (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) =>
    log.warn(`${what} refused (${ctx.oidc?.client?.clientId ?? "unknown client"}): ${reason(error)}`);
  provider.on("authorization.error", refused("authorization request"));
  provider.on("grant.error", refused("token request"));
  provider.on("end_session.error", refused("logout request"));
  provider.on("registration_create.error", refused("client registration"));
  provider.on("server_error", (ctx: KoaContextWithOIDC, error: Error) =>
    log.error({ err: error }, `${ctx.method} ${ctx.path} failed`),
  );
  provider.onerror = (error) => log.error({ err: error }, "a response could not be sent");
}

const reason = ({
  message,
  error_description: description,
  error_detail: detail,
}: errors.OIDCProviderError): string => [message, description, detail].filter(Boolean).join(": ");
