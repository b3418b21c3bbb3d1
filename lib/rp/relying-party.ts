/** One Relying Party: its settings and its ports. Endpoints get it as their second argument. */
import type { RpConfig } from "#lib/config/rp-config.ts";
import type { Log } from "#lib/log.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { guardedFetch } from "#lib/net/guarded-fetch.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { KeyResolver } from "#lib/oidc/jws.ts";
import { type Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import { createEventLog } from "./event-log.ts";
import type { EventLog } from "./events.ts";
import type { Store } from "./store.ts";

export interface RelyingParty {
  readonly config: RpConfig;
  readonly store: Store;
  readonly log: Log;
  readonly record: EventLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The OpenID Provider that the app is configured for. */
  readonly provider: OpenIdProvider;
  /** A trusted provider by its exact issuer identifier. */
  readonly trustedProvider: (issuer: string) => OpenIdProvider | undefined;
  readonly trustedProviders: readonly OpenIdProvider[];
  /** The keys that verify the tokens of a provider: its JWKS, or for a symmetric algorithm our client secret. */
  readonly keysOf: (provider: OpenIdProvider) => Promise<KeyResolver>;
  /** For server-side requests: only allowed hosts. */
  readonly fetch: Fetch;
  /** The session that the cookie of a library (next-auth) names. */
  readonly otherSessionId: (cookieHeader: string | null) => Promise<string | undefined>;
  /** Throws unless a server-side request to this URL is allowed. */
  readonly assertAllowed: (url: string) => void;
}

interface RelyingPartyParts {
  config: RpConfig;
  store: Store;
  log: Log;
  now?: () => number;
  fetch?: Fetch;
  otherSessionId?: (cookieHeader: string | null, rp: RelyingParty) => Promise<string | undefined>;
}

/** Creates a Relying Party. */
export function createRelyingParty({
  config,
  store,
  log,
  now = Date.now,
  fetch = (url, init) => globalThis.fetch(url, init as RequestInit),
  otherSessionId = async () => undefined,
}: RelyingPartyParts): RelyingParty {
  const record = createEventLog(store, log, now);
  const origins = new Set(
    [config.OP_ISSUER, ...config.TRUSTED_ISSUERS].map((issuer) => new URL(issuer).origin),
  );
  const guard = guardedFetch({ fetch, origins, loopback: config.ALLOW_LOOPBACK, refuse: untrusted });
  const onDiscovered = (metadata: Metadata) => {
    for (const endpoint of serverSideEndpoints(metadata)) origins.add(new URL(endpoint).origin);
    void record({ type: "provider_discovered", data: { issuer: metadata.issuer } });
  };
  const providerAt = (issuer: string) => {
    const onIgnored = (ignored: readonly string[]) =>
      log.warn(`Ignored at the OpenID Provider ${issuer}: ${ignored.join("; ")}.`);
    return new OpenIdProvider(issuer, { fetch: guard.fetch, now, onDiscovered, onIgnored });
  };
  const provider = providerAt(config.OP_ISSUER);
  const others = config.TRUSTED_ISSUERS.map(providerAt);
  const trustedProviders = [provider, ...others];
  const rp: RelyingParty = {
    config,
    store,
    log,
    record,
    now,
    provider,
    trustedProviders,
    trustedProvider: (issuer) => trustedProviders.find((candidate) => candidate.issuer === issuer),
    keysOf: async (issuedBy) => {
      const symmetric = config.ID_TOKEN_SIGNED_RESPONSE_ALG.startsWith("HS") && issuedBy === provider;
      // A secret is shared with one provider: no other may sign with it (RFC 8725 3.8).
      return symmetric ? async () => new TextEncoder().encode(config.CLIENT_SECRET) : issuedBy.keys();
    },
    fetch: guard.fetch,
    assertAllowed: guard.assertAllowed,
    otherSessionId: (cookieHeader) => otherSessionId(cookieHeader, rp),
  };
  return rp;
}

const untrusted = (origin: string) =>
  new ProtocolError("endpoint_not_allowed", `This app sends no requests to ${origin}.`, {
    help: "Add the issuer to TRUSTED_ISSUERS if you trust it, then restart the app.",
  });

/** A provider vouches for the hosts that its own discovery document names. */
const serverSideEndpoints = ({
  jwks_uri,
  token_endpoint,
  userinfo_endpoint,
  registration_endpoint,
}: Metadata) =>
  [jwks_uri, token_endpoint, userinfo_endpoint, registration_endpoint].filter((url) => url !== undefined);

/** The base URL that the browser uses: the configured one with the request's host. Never derived from `request.url`,
 * which shows the address that the server is bound to.
 * @throws {ProtocolError} `misdirected_request` */
export function baseUrlFor(headers: Headers, rp: RelyingParty): string {
  const host = requestHost(headers);
  const found = rp.config.RP_BASE_URLS.find((url) => new URL(url).host === host);
  if (found) return found;
  throw new ProtocolError("misdirected_request", `This app does not answer as ${host}.`, {
    help: `Use ${rp.config.RP_BASE_URLS.join(" or ")}, or add the URL to RP_BASE_URLS.`,
  });
}

/** The host that the browser requested; behind the front door in `X-Forwarded-Host`. */
export const requestHost = (headers: Headers) => headers.get("x-forwarded-host") ?? headers.get("host") ?? "";

/** The app's default address. */
export const canonicalBaseUrl = (rp: RelyingParty): string => rp.config.RP_BASE_URLS[0] as string;
