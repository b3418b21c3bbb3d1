/** A probe as a Relying Party: its client at the OP, its requests, and its handling of the answers. It shares the protocol
 * code of the apps (`lib/oidc`), but records instead of judging. */
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from "openid-client";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type IdTokenClaims, sidOf, verifyIdToken } from "#lib/oidc/id-token.ts";
import type { Decryption } from "#lib/oidc/jwe.ts";
import type { RegistrationField } from "#lib/oidc/mechanisms.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { requestTokens } from "#lib/oidc/token-request.ts";
import type { RegisteredClient } from "#lib/products/driver.ts";
import { type Channel, withoutChannels } from "../model/channels.ts";
import { type Recorded, Recorder } from "./recorder.ts";

/** The result of a sign-in at a probe. */
export interface SignIn {
  rp: RelyingParty;
  idToken: string;
  claims: IdTokenClaims;
  sub: string;
  sid: string | undefined;
  sessionState: string | undefined;
  accessToken: string | undefined;
  refreshToken: string | undefined;
}

/** The session of an ID Token, and when its request was made, on the clock of the recorders. */
export interface KnownSession extends Pick<SignIn, "sub" | "sid"> {
  askedAt: number;
}

/** An error response of the OP. */
export interface Refused {
  error: string;
  description: string | undefined;
  sessionState: string | undefined;
}

export interface AuthorizationRequest {
  url: string;
  /** When it was made, on the clock of the recorders. */
  at: number;
  state: string;
  nonce: string;
  codeVerifier: string;
}

type MoreMetadata =
  | Readonly<Record<string, unknown>>
  | ((rp: RelyingParty) => Readonly<Record<string, unknown>>);

export interface ProbeSettings {
  name: string;
  /** Its host name in the browser. */
  host: string;
  /** The name of this machine for the OP's server; default: `localhost`. */
  serverHost?: string | undefined;
  port?: number;
  provider: OpenIdProvider;
  /** Overrides the usual metadata, perhaps with addresses of the probe; an undefined field is omitted. */
  metadata?: MoreMetadata;
  /** Channels that it is not registered for. */
  without?: readonly Channel[];
  /** The registered `id_token_signed_response_alg`; default: RS256. */
  alg?: string;
  /** Decrypts its ID Tokens if it is registered for encryption. */
  decryption?: Decryption;
}

/** Only loopback, unless the OP's server runs elsewhere. */
export const listensOn = (serverHost: string | undefined): string | undefined =>
  serverHost === undefined ? "127.0.0.1" : undefined;

const unencrypted: Decryption = { encryptions: [], keys: async () => [] };

export class RelyingParty {
  readonly name: string;
  readonly recorder: Recorder;
  readonly provider: OpenIdProvider;
  readonly #host: string;
  readonly #serverHost: string;
  readonly #more: MoreMetadata;
  readonly without: readonly Channel[];
  readonly alg: string;
  readonly #decryption: Decryption;
  client: RegisteredClient = { clientId: "", missing: [] };
  /** Its authorization requests: whether each was silent, by state. */
  readonly #sent = new Map<string, boolean>();
  /** The sessions of all ID Tokens that it has received. */
  readonly known: KnownSession[] = [];

  constructor(settings: ProbeSettings) {
    const {
      name,
      host,
      serverHost,
      port = 0,
      provider,
      metadata = {},
      without = [],
      alg,
      decryption,
    } = settings;
    this.name = name;
    this.#host = host;
    this.#serverHost = serverHost ?? "localhost";
    this.recorder = new Recorder(port, listensOn(serverHost));
    this.provider = provider;
    this.#more = metadata;
    this.without = without;
    this.alg = alg ?? "RS256";
    this.#decryption = decryption ?? unencrypted;
  }

  /** For browsers. */
  get base(): string {
    return `http://${this.#host}:${this.recorder.port}`;
  }

  /** For the OP's server: only browsers resolve `*.localhost`. */
  get serverBase(): string {
    return `http://${this.#serverHost}:${this.recorder.port}`;
  }

  get postLogoutUri(): string {
    return `${this.base}/logout`;
  }

  /** The metadata that overrides the usual one. */
  get own(): Readonly<Record<string, unknown>> {
    return typeof this.#more === "function" ? this.#more(this) : this.#more;
  }

  /** The complete metadata to register. */
  get metadata(): ClientMetadata {
    const usual = {
      client_name: this.name,
      redirect_uris: [`${this.base}/callback`],
      post_logout_redirect_uris: [this.postLogoutUri],
      response_types: ["code", "id_token", "code id_token"],
      grant_types: ["authorization_code", "implicit", "refresh_token"],
      token_endpoint_auth_method: "client_secret_basic",
      backchannel_logout_uri: `${this.serverBase}/bclogout`,
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: `${this.base}/fclogout`,
      frontchannel_logout_session_required: true,
    } satisfies ClientMetadata & Record<RegistrationField, unknown>;
    const all = Object.entries({ ...usual, ...this.own }).filter(([, value]) => value !== undefined);
    return withoutChannels(Object.fromEntries(all) as unknown as ClientMetadata, this.without);
  }

  /** An authorization request of this client: code flow with PKCE, unless the parameters say otherwise. */
  async authorizationRequest(parameters: Record<string, string> = {}): Promise<AuthorizationRequest> {
    const { authorization_endpoint: endpoint = "" } = await this.provider.metadata();
    const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
    const url = new URL(endpoint);
    const all: Record<string, string> = {
      client_id: this.client.clientId,
      redirect_uri: `${this.base}/callback`,
      response_type: "code",
      scope: "openid",
      state,
      nonce,
      ...parameters,
    };
    if (all.response_type?.includes("code")) {
      all.code_challenge = await calculatePKCECodeChallenge(codeVerifier);
      all.code_challenge_method = "S256";
    }
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
    this.#sent.set(state, all.prompt === "none");
    return { url: url.href, at: performance.now(), state, nonce, codeVerifier };
  }

  /** Whether this is the answer to that request. */
  static answers({ state }: AuthorizationRequest): (recorded: Recorded) => boolean {
    return ({ kind, query, form }) =>
      kind === "authorization" && (query.get("state") === state || form.get("state") === state);
  }

  /** Why the answer to a request did not come: the OP may have answered another one instead.
   * @param from on the clock of the recorders */
  whyNoAnswer(request: AuthorizationRequest, from: number): string {
    const states = this.recorder
      .since(from, "authorization")
      .flatMap(({ query, form }) => query.get("state") ?? form.get("state") ?? []);
    const old = states.find((state) => state !== request.state && this.#sent.has(state));
    if (old === undefined) return "no answer came in time";
    const kind = this.#sent.get(old) ? "an earlier request with prompt=none" : "an earlier request";
    return `the OP answered with the state of ${kind}, which every app must reject`;
  }

  /** Redeems the code and validates the ID Token as the apps do.
   * @throws {ProtocolError} if the OP's response is invalid */
  async complete(request: AuthorizationRequest, answer: Recorded): Promise<SignIn | Refused> {
    const parameters = answer.form.size > 0 ? answer.form : answer.query;
    const sessionState = parameters.get("session_state") ?? undefined;
    const error = parameters.get("error");
    if (error) return { error, description: parameters.get("error_description") ?? undefined, sessionState };
    const code = parameters.get("code");
    const tokens = code ? await this.#redeem(code, request) : undefined;
    const idToken = tokens?.id_token ?? parameters.get("id_token") ?? "";
    const { claims } = await verifyIdToken(idToken, {
      issuer: this.provider.issuer,
      clientId: this.client.clientId,
      alg: this.alg,
      keys: await this.provider.keys(),
      decryption: this.#decryption,
      nonce: request.nonce,
      frontChannel: false,
      now: Math.floor(Date.now() / 1000),
    });
    const sid = sidOf(claims);
    this.known.push({ sub: claims.sub, sid, askedAt: request.at });
    return {
      rp: this,
      idToken,
      claims,
      sub: claims.sub,
      sid,
      sessionState,
      accessToken: tokens?.access_token,
      refreshToken: tokens?.refresh_token,
    };
  }

  async #redeem(code: string, { codeVerifier }: AuthorizationRequest) {
    return this.tokens("authorization_code", {
      code,
      redirect_uri: `${this.base}/callback`,
      code_verifier: codeVerifier,
    });
  }

  /** A token request of this client.
   * @throws {ProtocolError} `token_error` with the OP's error */
  async tokens(grantType: string, parameters: Record<string, string>) {
    const { clientId, clientSecret } = this.client;
    const configuration = await this.provider.configuration({ clientId, clientSecret, alg: this.alg });
    return requestTokens(configuration, grantType, parameters);
  }
}
