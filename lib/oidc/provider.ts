/** One OpenID Provider as a Relying Party sees it: discovered metadata, keys, and requests through openid-client. */
import { createRemoteJWKSet, type JWK, customFetch as joseFetch } from "jose";
import * as client from "openid-client";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { reason } from "#lib/net/innermost-error.ts";
import {
  authenticate,
  authenticationMethods,
  basicWasRefused,
  type ClientCredentials,
  fetchByEitherMethod,
} from "./client-authentication.ts";
import { ProtocolError } from "./errors.ts";
import { templateProblem } from "./issuer-template.ts";
import { clockSkew, type KeyResolver } from "./jws.ts";
import { usableKeys, usableMetadata } from "./usable-metadata.ts";
import type { Verdict } from "./verdict.ts";

export type Metadata = Readonly<client.ServerMetadata>;
export type TokenResponse = client.TokenEndpointResponse;

/** Endpoints that a form may set instead of the discovered ones. */
interface EndpointChoice {
  authorization_endpoint?: string | undefined;
  token_endpoint?: string | undefined;
  end_session_endpoint?: string | undefined;
}

interface ClientChoice extends ClientCredentials {
  /** `id_token_signed_response_alg` */
  alg: string;
}

interface OpenIdProviderPorts {
  /** Every server-side request goes through it. */
  fetch: Fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Called with the metadata each time it has been fetched. */
  onDiscovered?: (metadata: Metadata) => void;
  /** Called with what the OP published that cannot be used. */
  onIgnored?: (ignored: readonly string[]) => void;
}

const metadataLifetime = 10 * 60 * 1000;

export class OpenIdProvider {
  readonly issuer: string;
  readonly #ports: OpenIdProviderPorts;
  #metadata: { value: Metadata; ignored: readonly string[]; until: number } | undefined;
  #pending: Promise<Metadata> | undefined;
  #keys: { uri: string; set: ReturnType<typeof createRemoteJWKSet> } | undefined;
  readonly #basicRefused = new Set<string>();

  constructor(issuer: string, ports: OpenIdProviderPorts) {
    this.issuer = issuer;
    this.#ports = ports;
  }

  /** The usable part of the discovery document (Discovery 4), cached for ten minutes. A failure is not cached: the next
   * call finds an OP that has come up since.
   * @throws {ProtocolError} `provider_unavailable` */
  async metadata(): Promise<Metadata> {
    if (this.#metadata && this.#metadata.until > this.#ports.now()) return this.#metadata.value;
    return this.reach();
  }

  /** Fetches the discovery document now, ignoring the cache.
   * @throws {ProtocolError} `provider_unavailable` */
  async reach(): Promise<Metadata> {
    this.#pending ??= this.#discover().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Resolves a token's verification key from the JWKS of this issuer.
   * @throws {ProtocolError} `provider_unavailable` */
  async keys(): Promise<KeyResolver> {
    return this.#keySet();
  }

  /** The public keys of this issuer, including those for encryption.
   * @throws {ProtocolError} `provider_unavailable` */
  async publishedKeys(): Promise<JWK[]> {
    const set = await this.#keySet();
    if (!set.fresh) await this.reloadKeys();
    return set.jwks()?.keys ?? [];
  }

  /** Fetches the keys now, ignoring the cache: the OP is known to have changed them.
   * @throws {ProtocolError} `provider_unavailable` */
  async reloadKeys(): Promise<void> {
    const set = await this.#keySet();
    try {
      await set.reload();
    } catch (error) {
      throw unavailable(this.issuer, `its keys cannot be fetched (${reason(error)})`, error);
    }
  }

  async #keySet(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { jwks_uri: uri } = await this.metadata();
    if (!uri) {
      const odd = this.#metadata?.ignored.find((each) => each.startsWith("jwks_uri "));
      throw unavailable(this.issuer, odd ?? "its discovery document has no jwks_uri");
    }
    if (this.#keys?.uri !== uri) {
      const fetchKeys: Fetch = async (url, init) => this.#usable(await this.#ports.fetch(url, init));
      const options = { [joseFetch]: fetchKeys, timeoutDuration: 5000, cooldownDuration: 5000 };
      this.#keys = { uri, set: createRemoteJWKSet(new URL(uri), options) };
    }
    return this.#keys.set;
  }

  /** jose refuses a whole JWK Set for one entry that is no key, but RFC 7517 5 asks to ignore that one. */
  async #usable(response: Response): Promise<Response> {
    if (response.status !== 200) return response;
    const keys = usableKeys(await response.json());
    if (!keys) throw new Error("the response is not a JWK Set");
    this.#note(keys.ignored);
    return Response.json({ keys: keys.value });
  }

  #note(ignored: readonly string[]): void {
    if (ignored.length > 0) this.#ports.onIgnored?.(ignored);
  }

  /** The configuration of openid-client for this client; chosen endpoints override discovered ones.
   * @throws {ProtocolError} `provider_unavailable` or `endpoint_not_allowed` */
  async configuration(
    { clientId, clientSecret, alg }: ClientChoice,
    chosen: EndpointChoice = {},
  ): Promise<client.Configuration> {
    const metadata = { ...(await this.metadata()), ...withoutUndefined(chosen) };
    this.assertEndpoints(chosen);
    const options = {
      id_token_signed_response_alg: alg,
      [client.clockTolerance]: clockSkew,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    };
    const credentials = { clientId, clientSecret };
    const [first, second] = authenticationMethods(metadata, clientSecret);
    const method = second && this.refusedBasic(clientId) ? second : first;
    const authentication: client.ClientAuth = (_as, _client, body, headers) =>
      authenticate(method, credentials, body, headers);
    const configuration = new client.Configuration(metadata, clientId, options, authentication);
    const { fetch } = this.#ports;
    this.#equip(
      configuration,
      second ? fetchByEitherMethod(fetch, credentials, () => this.noteRefusedBasic(clientId)) : fetch,
    );
    return configuration;
  }

  /** Whether the OP has refused this client's `client_secret_basic`, which it declares, and accepted
   * `client_secret_post`. */
  refusedBasic(clientId: string): boolean {
    return this.#basicRefused.has(clientId);
  }

  /** For a client whose token requests others send (next-auth). */
  noteRefusedBasic(clientId: string): void {
    this.#basicRefused.add(clientId);
  }

  /** The same as a verdict; empty if nothing was refused. */
  authenticationVerdicts(clientId: string): Verdict[] {
    return this.refusedBasic(clientId) ? [basicWasRefused] : [];
  }

  /** Endpoints of an https issuer must be https (Core 16.17).
   * @throws {ProtocolError} `endpoint_not_allowed` */
  assertEndpoints(chosen: EndpointChoice): void {
    const plain = Object.values(chosen).find(isPlainHttp);
    if (!plain || isPlainHttp(this.issuer)) return;
    throw new ProtocolError(
      "endpoint_not_allowed",
      `${plain} is plain http, but the issuer ${this.issuer} is https.`,
      {
        help: "Use the https endpoint of the OpenID Provider.",
      },
    );
  }

  async #discover(): Promise<Metadata> {
    try {
      const options = { [client.customFetch]: this.#ports.fetch, execute: this.#insecure(), timeout: 5 };
      const found = await client.discovery(
        new URL(this.issuer),
        "discovery",
        undefined,
        client.None(),
        options,
      );
      const { value, ignored } = usableMetadata({ ...found.serverMetadata() } as Metadata);
      this.#assertSameBytes(value.issuer);
      this.#note(ignored);
      this.#metadata = { value, ignored, until: this.#ports.now() + metadataLifetime };
      this.#ports.onDiscovered?.(value);
      return value;
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw unavailable(this.issuer, templateProblem(declaredIn(error)) ?? reason(error), error);
    }
  }

  /** The library compares issuers as normalized URLs, which do not distinguish `https://op.example` from
   * `https://op.example/`; `iss` is compared byte for byte (Discovery 4.3). */
  #assertSameBytes(declared: string): void {
    const problem = templateProblem(declared);
    if (problem) throw unavailable(this.issuer, problem);
    if (declared === this.issuer || new URL(declared).href !== new URL(this.issuer).href) return;
    throw unavailable(this.issuer, `its discovery document says ${declared}`);
  }

  #equip(configuration: client.Configuration, fetch: Fetch): void {
    configuration[client.customFetch] = fetch;
    configuration.timeout = 10;
    for (const allow of this.#insecure()) allow(configuration);
  }

  /** http is allowed only if the issuer is http too, as in the demo. */
  #insecure() {
    return isPlainHttp(this.issuer) ? [client.allowInsecureRequests] : [];
  }
}

function unavailable(issuer: string, why: string, detail?: unknown): ProtocolError {
  return new ProtocolError("provider_unavailable", `The OpenID Provider ${issuer} cannot be used: ${why}.`, {
    help: "Check that it is running and that OP_ISSUER is exactly its issuer. For details, open Doctor in this app, or run npm run doctor. This app keeps trying.",
    detail,
  });
}

/** The issuer of the discovery document that the library refused for it. */
function declaredIn(error: unknown): unknown {
  const { cause } = Object(error) as { cause?: unknown };
  if (cause === undefined) return undefined;
  const { attribute, body } = Object(cause) as { attribute?: unknown; body?: { issuer?: unknown } };
  return attribute === "issuer" ? body?.issuer : declaredIn(cause);
}

/** As the browser reads it: a scheme may be in capitals, and a tab in it counts for nothing. */
const isPlainHttp = (url: string | undefined) => URL.parse(url ?? "")?.protocol === "http:";

const withoutUndefined = (object: EndpointChoice) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ""));
