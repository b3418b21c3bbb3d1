/** Dynamic client registration (RFC 7591, OIDC Registration 1.0) and deletion (RFC 7592). */
import * as oidc from "openid-client";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { bounded } from "#lib/net/bounded-fetch.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { foreignText, nestsDeeper, oneLine } from "#lib/net/foreign-text.ts";
import { reason } from "#lib/net/innermost-error.ts";
import type { ClientMetadata } from "./client-metadata.ts";
import { ProtocolError } from "./errors.ts";
import type { Encryption } from "./jwe.ts";
import type { Metadata } from "./provider.ts";
import { attemptsFor, type FlowSteps } from "./registration-attempts.ts";
import { type ClientManagement, managementIn } from "./registration-management.ts";
import { proofOf } from "./registration-proof.ts";
import { encryptionIn, type FieldReport, reportOf } from "./registration-report.ts";

const largestAnswer = 256 * 1024;
const patience = 10;
/** Levels of lists and objects in a response; a key in `jwks` has lists in the fifth. */
const mostLevels = 8;
/** Characters that are kept of a refusal. */
const longestWords = 500;

/** Authorization at an OP without open registration. */
export type RegistrationAuthorization = { token: string } | { user: string; password: string };

export interface RegistrationRequest {
  asked: ClientMetadata;
  provider: Metadata;
  authorization?: RegistrationAuthorization | undefined;
  fetch: Fetch;
  /** What another client has learned at this OP: the first flow to ask for. */
  learned?: FlowSteps | undefined;
  /** Called with what this client has learned, for the next one. */
  onLearned?: (learned: FlowSteps) => void;
  /** Seconds for each request. */
  timeout?: number;
}

export interface Registered {
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Seconds since 1970; 0 or absent: never. */
  secretExpiresAt?: number;
  /** `id_token_signed_response_alg` in the response. */
  alg: string;
  encryption?: Encryption;
  management?: ClientManagement;
  report: FieldReport[];
}

/** Registers one client. If the OP refuses the metadata, the request is repeated for fewer flows or without the refused
 * fields, so that the report can tell refused fields from ignored ones; after a success nothing is repeated.
 * @throws {ProtocolError} `registration_refused` with the OP's words, or `provider_unavailable` */
export async function registerClient(request: RegistrationRequest): Promise<Registered> {
  const attempts = attemptsFor(request.asked, request.learned);
  const refusals = new Set<string>();
  for (;;) {
    const metadata = attempts.metadata();
    const answer = await send(metadata, request);
    if ("registered" in answer) {
      const asked = { ...metadata, ...request.asked };
      request.onLearned?.(attempts.learned());
      const proof = await proofOf(asked, answer.registered, { timeout: patience, ...request });
      return registered(proof.answer, request.provider.issuer, reportOf(asked, proof, attempts.reasons()));
    }
    refusals.add(answer.words);
    if (!answer.metadataRefused || !attempts.refused(answer.words))
      throw refusal(
        { ...answer, words: [...refusals].map((words) => words.replace(/\.$/, "")).join("; then ") },
        request,
      );
  }
}

type Json = Record<string, unknown>;

interface Refusal {
  status: number;
  /** The OP's own words, on one line. */
  words: string;
  /** Whether other metadata might be accepted. */
  metadataRefused: boolean;
}

/** The OP's response, which not all of the library's errors carry. */
interface RawResponse {
  status?: number;
  location?: string | undefined;
  body?: Json;
}

async function send(
  metadata: ClientMetadata,
  request: RegistrationRequest,
): Promise<{ registered: Json } | Refusal> {
  const { provider, authorization, timeout = patience } = request;
  const received: RawResponse = {};
  try {
    const configuration = await oidc.dynamicClientRegistration(
      new URL(discoveryUrl(provider.issuer)),
      metadata as Partial<oidc.ClientMetadata>,
      undefined,
      {
        timeout,
        execute: provider.issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [],
        [oidc.customFetch]: registrationFetch(request, received),
        ...(authorization && "token" in authorization && { initialAccessToken: authorization.token }),
      },
    );
    return { registered: { ...configuration.clientMetadata() } };
  } catch (error) {
    const { status = 0, body, location } = received;
    if (status < 300) throw unusable(request, reason(error), error);
    return refusalOf(status, body, location);
  }
}

/** The library reads the discovery document again: it gets the one we checked. It also accepts only 201, while some OPs
 * answer 200 and omit `client_secret_expires_at`, which RFC 7591 3.2.1 requires with a secret. */
function registrationFetch(
  { provider, authorization, fetch }: RegistrationRequest,
  received: RawResponse,
): oidc.CustomFetch {
  return async (url, { method, body, headers, signal }) => {
    if (method === "GET") return Response.json(provider);
    const sent = new Headers(headers);
    if (authorization && "user" in authorization) {
      const credentials = `${authorization.user}:${authorization.password}`;
      sent.set("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
    }
    const init = { method, body, headers: sent, redirect: "manual" as const, signal };
    const response = await bounded(await fetch(url, init), largestAnswer);
    received.location = response.headers.get("location") ?? undefined;
    received.body = Object(
      (await response
        .clone()
        .json()
        .catch(() => undefined)) as unknown,
    ) as Json;
    if (nestsDeeper(received.body, mostLevels)) throw new Error("it has lists or objects in too many levels");
    received.status = response.status;
    if (response.status !== 200 && response.status !== 201) return response;
    return Response.json({ client_secret_expires_at: 0, ...received.body }, { status: 201 });
  };
}

/** Errors about the credentials: other metadata would not help, and repeated wrong passwords may lock an account. */
const credentialErrors = ["invalid_token", "insufficient_scope", "access_denied", "invalid_client"];

function refusalOf(status: number, body: Json = {}, location?: string): Refusal {
  const { error, error_description: description } = body;
  if (typeof error !== "string") {
    const elsewhere = location ? `, a redirect to ${location}, which is not followed` : "";
    return { status, words: oneLine(`HTTP ${status}${elsewhere}`, longestWords), metadataRefused: false };
  }
  const said = typeof description === "string" && description ? `${error}: ${description}` : error;
  const aboutMetadata = /^invalid_(client_metadata|redirect_uri)$/.test(error);
  return {
    status,
    words: oneLine(`HTTP ${status}, ${said}`, longestWords),
    metadataRefused: aboutMetadata || (status === 400 && !credentialErrors.includes(error)),
  };
}

function refusal({ status, words }: Refusal, { asked, provider }: RegistrationRequest): ProtocolError {
  const message = `${provider.registration_endpoint} refused to register ${asked.client_name}: ${words}`;
  const denied = status === 401 || status === 403;
  const help = "Check the initial access token, or the administrator's username and password.";
  return new ProtocolError("registration_refused", asSentence(message), denied ? { help } : {});
}

function unusable({ provider }: RegistrationRequest, why: string, detail: unknown): ProtocolError {
  const message = `${provider.registration_endpoint} sent no valid response: ${why}`;
  return new ProtocolError("provider_unavailable", asSentence(message), { detail });
}

const asSentence = (text: string): string => (text.endsWith(".") ? text : `${text}.`);

function registered(answer: Json, issuer: string, report: FieldReport[]): Registered {
  const { client_id, client_secret, client_secret_expires_at: expires } = answer;
  const asked = report.find(({ field }) => field === "id_token_signed_response_alg")?.asked;
  const encryption = encryptionIn(answer);
  const management = managementIn(answer, issuer);
  return {
    clientId: client_id as string, // the library has checked it
    alg: foreignText(answer.id_token_signed_response_alg ?? asked),
    ...(typeof client_secret === "string" && { clientSecret: client_secret }),
    ...(typeof expires === "number" && { secretExpiresAt: expires }),
    ...(encryption && { encryption }),
    ...(management && { management }),
    report,
  };
}

/** Deletes the client at the OP (RFC 7592 2.3).
 * @throws {ProtocolError} `registration_refused` or `provider_unavailable` */
export async function deleteClient(
  { uri, token }: ClientManagement,
  fetch: Fetch,
  timeout = patience,
): Promise<void> {
  const signal = AbortSignal.timeout(timeout * 1000);
  const headers = { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(uri, { method: "DELETE", headers, redirect: "manual", signal });
    await response.body?.cancel();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError("provider_unavailable", `${uri} did not answer: ${reason(error)}.`);
  }
  if (response.ok) return;
  throw new ProtocolError("registration_refused", `${uri} answered HTTP ${response.status}.`);
}
