/** A registration endpoint with scripted responses. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { clientMetadata } from "../client-metadata.ts";
import { type Registered, type RegistrationRequest, registerClient } from "../registration.ts";

type Json = Record<string, unknown>;

export interface RegistrationEndpoint {
  origin: string;
  /** The requests that it received. */
  sent: { body: Json; authorization: string | undefined }[];
  answer: (body: Json, response: ServerResponse, request: IncomingMessage) => void;
  /** Registers a client there that requests every field. */
  register(changes?: Partial<RegistrationRequest>): Promise<Registered>;
  close(): Promise<void>;
}

export const base = "https://app.example/playground2";
export const encryption = { alg: "RSA-OAEP-256", enc: "A256GCM" };
export const credentials = { client_id: "new", client_secret: "s3cret", client_secret_expires_at: 0 };
const abilities = { response_types_supported: ["code", "id_token", "token id_token"] };

export async function registrationEndpoint(): Promise<RegistrationEndpoint> {
  const server = createServer(async (request, response) => {
    const received = await text(request);
    const body = received ? (JSON.parse(received) as Json) : {};
    endpoint.sent.push({ body, authorization: request.headers.authorization });
    endpoint.answer(body, response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint: RegistrationEndpoint = {
    origin,
    sent: [],
    answer: accept,
    register: (changes = {}) =>
      registerClient({
        asked: clientMetadata({ name: "playground2", baseUrls: [base], encryption }, abilities),
        provider: { issuer: `${origin}/op`, registration_endpoint: `${origin}/register` },
        fetch: (url, init) => fetch(url, init as RequestInit),
        ...changes,
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  return endpoint;
}

export const reply = (response: ServerResponse, status: number, body: unknown) =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

export const accept = (body: Json, response: ServerResponse) =>
  reply(response, 201, { ...body, ...credentials });

export const refuse = (response: ServerResponse, description?: string, error = "invalid_client_metadata") =>
  reply(response, 400, { error, ...(description && { error_description: description }) });
