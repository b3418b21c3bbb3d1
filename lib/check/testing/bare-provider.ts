/** A server with only the discovery document of an OpenID Provider. */

import type { TlsFiles } from "#lib/op/tls.ts";
import { type Answer, type Asked, type Json, type StandIn, standIn } from "#lib/products/testing/stand-in.ts";

interface BareProvider {
  /** Overrides the usual document; an undefined field is omitted. */
  metadata?: (origin: string) => Json;
  /** Its answer to another `METHOD /path`; default: 404. */
  answers?: (what: string, request: Pick<Asked, "body"> & { origin: string }) => Answer | undefined;
  tls?: TlsFiles;
}

export function bareProvider({ metadata, answers, tls }: BareProvider = {}): Promise<StandIn> {
  const document = (origin: string): Json => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    end_session_endpoint: `${origin}/logout`,
    ...metadata?.(origin),
  });
  return standIn(
    ({ what, body }, origin) =>
      what === "GET /.well-known/openid-configuration"
        ? { status: 200, json: document(origin) }
        : (answers?.(what, { body, origin }) ?? { status: 404 }),
    { tls },
  );
}
