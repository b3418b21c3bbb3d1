/** The API of an OpenID Provider for those who administer it. */

import { DemoError } from "#lib/cli/demo-error.ts";
import {
  isConnectionFailure,
  isStartingStatus,
  NotYet,
  type Patience,
  whenStarted,
} from "#lib/cli/starting.ts";
import { bounded } from "#lib/net/bounded-response.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { causeOf } from "./discover.ts";

export interface AdminAnswer {
  method: string;
  url: string;
  status: number;
  /** What the body says as JSON; nothing where it is none. */
  body: unknown;
  /** Address of what was created. */
  location: string | undefined;
}

export interface AdminRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH";
  headers: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
}

const TIMEOUT_MS = 30_000;
const largestAnswer = 4 * 1024 * 1024;

export const basicAuthorization = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** The credentials as every request carries them. */
export const authorizationHeader = (authorization: RegistrationAuthorization): string =>
  "token" in authorization
    ? `Bearer ${authorization.token}`
    : basicAuthorization(authorization.user, authorization.password);

/** Sends a request, and sends it again while the server is starting. Redirects are not followed: they would take the
 * credentials elsewhere.
 * @throws {DemoError} if the server does not answer */
export function askAdminApi(url: string, request: AdminRequest, patience: Patience): Promise<AdminAnswer> {
  return whenStarted(async () => {
    const answer = await send(url, request);
    if (isStartingStatus(answer.status)) throw new NotYet(`${url} answers HTTP ${answer.status}.`);
    return answer;
  }, patience);
}

async function send(
  url: string,
  { method = "GET", headers, json, form }: AdminRequest,
): Promise<AdminAnswer> {
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        ...headers,
        ...(json !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await (await bounded(response, largestAnswer)).json().catch(() => undefined);
    const location = response.headers.get("location") ?? undefined;
    return { method, url, status: response.status, body: answer, location };
  } catch (error) {
    const message = `${new URL(url).origin} does not answer: ${causeOf(error)}.`;
    throw isConnectionFailure(error) ? new NotYet(message) : new DemoError(message);
  }
}

/** The server's own words about a refusal, if it has any. */
export function wordsOf({ body }: Pick<AdminAnswer, "body">): string {
  const said = Object(body) as Record<string, unknown>;
  const names = ["description", "error_description", "errorMessage", "message", "error"];
  const words = names.map((name) => said[name]).find((word) => typeof word === "string" && word !== "");
  return typeof words === "string" ? words.replace(/\s+/g, " ").slice(0, 300).replace(/\.$/, "") : "";
}

/** An answer that nobody expected, as an error of one line.
 * @param advice what to do, by status */
export function refusal(answer: AdminAnswer, advice: Partial<Record<number, string>>): DemoError {
  const { method, url, status } = answer;
  const words = wordsOf(answer);
  const said = `${method} ${url} was answered with HTTP ${status}${words ? `: ${words}` : ""}.`;
  return new DemoError([said, advice[status]].filter(Boolean).join(" "));
}
