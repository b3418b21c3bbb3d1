/** An issuer whose answers the test chooses, invalid ones included. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";

export interface SigningKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export async function newKey(alg: string, kid = crypto.randomUUID()): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

type Handler = (
  request: IncomingMessage,
  body: string,
) => { status?: number; json: unknown } | Promise<{ status?: number; json: unknown }>;

export class TestIssuer {
  readonly rs256: SigningKey;
  readonly es256: SigningKey;
  /** For tokens encrypted to this issuer; published if `publishesEncryptionKey`. */
  readonly encryption: SigningKey;
  publishesEncryptionKey = true;
  /** Paths of the received requests. */
  readonly requests: string[] = [];
  /** The token endpoint. */
  token: Handler = () => ({ status: 400, json: { error: "invalid_grant" } });
  userinfo: Handler = () => ({ status: 401, json: {} });
  /** The registration endpoint and its clients' configuration endpoints (RFC 7591, RFC 7592). */
  registration: Handler = () => ({ status: 401, json: { error: "invalid_token" } });
  announcesIss = true;
  /** More members of the discovery document. */
  more: Record<string, unknown> = {};
  /** More entries of the JWK Set, before the good ones. */
  moreKeys: unknown[] = [];
  #server: Server | undefined;
  #held: Promise<void> = Promise.resolve();
  #port = 0;
  readonly #path: string;

  private constructor(path: string, rs256: SigningKey, es256: SigningKey, encryption: SigningKey) {
    this.#path = path;
    this.rs256 = rs256;
    this.es256 = es256;
    this.encryption = encryption;
  }

  /** @param path of the issuer; not empty by default, so that tests notice wrong URL joins */
  static async start(path = "/oauth2/token"): Promise<TestIssuer> {
    const [rs256, es256, encryption] = [
      await newKey("RS256"),
      await newKey("ES256"),
      await newKey("RSA-OAEP-256"),
    ];
    const issuer = new TestIssuer(path, rs256, es256, encryption);
    await issuer.up();
    return issuer;
  }

  get origin(): string {
    return `http://localhost:${this.#port}`;
  }

  get issuer(): string {
    return `${this.origin}${this.#path}`;
  }

  /** Listens; after `down`, on the same port again. */
  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** Delays all answers. @returns the function that releases them */
  hang(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  /** Signs any claims with any header. */
  async sign(
    claims: Record<string, unknown>,
    header: Record<string, unknown> = {},
    key = this.rs256,
  ): Promise<string> {
    const crit = Object.fromEntries([header.crit ?? []].flat().map((name) => [String(name), true]));
    return new SignJWT(claims)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
      .sign(key.privateKey, { crit });
  }

  /** Claims of a valid logout token with these changes; `undefined` removes one. */
  logoutClaims(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: "playground2",
      sub: "alice",
      sid: "sid-1",
      iat,
      exp: iat + 120,
      jti: crypto.randomUUID(),
      events: { [backchannelLogoutEvent]: {} },
      ...changes,
    };
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  }

  /** Claims of a valid ID Token with these changes; `undefined` removes one. */
  idClaims(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: "playground2",
      sub: "alice",
      sid: "sid-1",
      iat,
      exp: iat + 3600,
      ...changes,
    };
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const path = request.url ?? "/";
    this.requests.push(path);
    await this.#held;
    const { status = 200, json } = await this.#route(path, request, body);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
  }

  async #route(
    path: string,
    request: IncomingMessage,
    body: string,
  ): Promise<{ status?: number; json: unknown }> {
    if (this.origin + path === discoveryUrl(this.issuer)) return { json: this.#discovery() };
    switch (path) {
      case "/jwks":
        return { json: { keys: [...this.moreKeys, ...this.#publicKeys()] } };
      case "/token":
        return this.token(request, body);
      case "/userinfo":
        return this.userinfo(request, body);
      default:
        if (/^\/register(\/|$)/.test(path)) return this.registration(request, body);
        return { status: 404, json: {} };
    }
  }

  #publicKeys(): JWK[] {
    const { alg: _, ...forEncryption } = this.encryption.publicJwk;
    const signing = [this.rs256.publicJwk, this.es256.publicJwk];
    return this.publishesEncryptionKey ? [{ ...forEncryption, use: "enc" }, ...signing] : signing;
  }

  #discovery() {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.origin}/authorize`,
      token_endpoint: `${this.origin}/token`,
      userinfo_endpoint: `${this.origin}/userinfo`,
      jwks_uri: `${this.origin}/jwks`,
      end_session_endpoint: `${this.origin}/logout`,
      authorization_response_iss_parameter_supported: this.announcesIss,
      response_types_supported: ["code", "id_token", "id_token token", "code id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256", "ES256"],
      ...this.more,
    };
  }
}
