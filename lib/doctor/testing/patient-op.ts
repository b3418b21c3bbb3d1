/** A small OpenID Provider, healthy until a test breaks something. It also answers as the app. */
import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { examine } from "../examine.ts";
import type { CheckName, Finding } from "../finding.ts";
import type { Patient } from "../patient.ts";

type Parameters = URLSearchParams;

export interface PatientOp {
  origin: string;
  issuer: string;
  /** Paths of the requests, without queries. */
  requests: string[];
  /** Members that override the healthy discovery document; undefined removes one. */
  metadata: Record<string, unknown>;
  keys: JWK[];
  /** Of every response. */
  headers: Record<string, string | string[]>;
  /** Registered. */
  callbacks: string[];
  postLogoutUris: string[];
  discovery: (response: ServerResponse) => void;
  authorize: (asked: Parameters, response: ServerResponse) => void;
  token: (asked: { authorization: string | undefined; body: Parameters }, response: ServerResponse) => void;
  logout: (asked: Parameters, response: ServerResponse) => void;
  app: (response: ServerResponse) => void;
  patient: Patient;
  /** The findings by check. @param changes of the patient */
  examine(changes?: Partial<Patient>): Promise<Partial<Record<CheckName, Finding>>>;
  close(): Promise<void>;
}

export const secret = "the secret/of+the:client";
/** Encoded as in RFC 6749 2.3.1. */
export const credentials = `Basic ${btoa("playground2:the+secret%2Fof%2Bthe%3Aclient")}`;

export async function publicKey(alg: string, options: { modulusLength?: number } = {}): Promise<JWK> {
  const { publicKey: key } = await generateKeyPair(alg, { extractable: true, ...options });
  return { ...(await exportJWK(key)), alg, use: "sig", kid: crypto.randomUUID() };
}

/** Generated once. */
const goodKeys = Promise.all([publicKey("RS256"), publicKey("ES256")]);

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  type = "application/json",
): void => void response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));

export const redirect = (response: ServerResponse, to: string, parameters: Record<string, string>): void =>
  void response.writeHead(302, { location: `${to}?${new URLSearchParams(parameters)}` }).end();

export const page = (response: ServerResponse, status: number): void =>
  void response.writeHead(status, { "content-type": "text/html" }).end("<p>login_required state</p>");

/** @param tls for https */
export async function patientOp(tls?: { cert: string; key: string; host?: string }): Promise<PatientOp> {
  const listener: RequestListener = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", op.origin);
    const body = await text(request);
    op.requests.push(pathname);
    for (const [name, value] of Object.entries(op.headers)) response.setHeader(name, value);
    const { authorization } = request.headers;
    const answers: Record<string, () => void> = {
      "/op/.well-known/openid-configuration": () => op.discovery(response),
      "/jwks": () => json(response, 200, { keys: op.keys }),
      "/authorize": () => op.authorize(searchParams, response),
      "/token": () => op.token({ authorization, body: new URLSearchParams(body) }, response),
      "/logout": () => op.logout(searchParams, response),
      "/playground2/bclogout": () => op.app(response),
    };
    (answers[pathname] ?? (() => page(response, 404)))();
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = `${tls ? "https" : "http"}://${tls?.host ?? "localhost"}:${port}`;
  const base = `${origin}/playground2`;
  const op: PatientOp = {
    origin,
    issuer: `${origin}/op`,
    requests: [],
    metadata: {},
    keys: await goodKeys,
    headers: { "set-cookie": "op.session=1; Path=/; HttpOnly" },
    callbacks: [`${base}/oauth2client`, `${base}/api/auth/callback/op`],
    postLogoutUris: [`${base}/logout`],
    discovery: (response) => json(response, 200, { ...healthy(origin), ...op.metadata }),
    authorize: (asked, response) => {
      const { client_id, redirect_uri = "", state = "" } = Object.fromEntries(asked);
      const known = client_id === "playground2" && op.callbacks.includes(redirect_uri);
      if (known) redirect(response, redirect_uri, { error: "login_required", state });
      else page(response, 400);
    },
    token: ({ authorization }, response) =>
      authorization === credentials
        ? json(response, 400, { error: "invalid_grant" })
        : json(response, 401, { error: "invalid_client" }),
    logout: (asked, response) =>
      page(response, op.postLogoutUris.includes(asked.get("post_logout_redirect_uri") ?? "") ? 200 : 400),
    app: (response) => json(response, 405, {}),
    patient: {
      issuer: `${origin}/op`,
      app: { name: "playground2", baseUrls: [base] },
      client: { clientId: "playground2", clientSecret: secret },
    },
    examine: async (changes = {}) => {
      const findings = await examine({ ...op.patient, ...changes });
      return Object.fromEntries(findings.map((each) => [each.check, each]));
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  return op;
}

export const healthy = (origin: string) => ({
  issuer: `${origin}/op`,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  end_session_endpoint: `${origin}/logout`,
  check_session_iframe: `${origin}/iframe`,
  authorization_response_iss_parameter_supported: true,
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
  code_challenge_methods_supported: ["S256"],
  response_types_supported: ["code", "id_token", "token id_token", "id_token code"],
});
