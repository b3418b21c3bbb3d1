/** The API that a product has for those who administer it, asked in the name of `--admin`. */

import { CannotRun, NoAdministrator } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { basicAuthorization as basic, wordsOf } from "#lib/register/admin-api.ts";
import type { DriverContext, User } from "./driver.ts";

export interface AdminRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
}

export interface AdminAnswer {
  status: number;
  /** Empty where the body is no JSON object. */
  body: Record<string, unknown>;
  /** For the answers that are lists; empty otherwise. */
  list: Record<string, unknown>[];
  location: string | undefined;
}

/** Sends one request. Redirects are not followed: they would take the credentials elsewhere.
 * @param expected the statuses that are fine
 * @throws {CannotRun} in one line, where the answer is another one */
export async function askAdminApi(
  { fetch }: DriverContext,
  url: string,
  expected: readonly number[],
  { method = "GET", headers = {}, json, form }: AdminRequest,
): Promise<AdminAnswer> {
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
  const type = json === undefined ? {} : { "content-type": "application/json" };
  const sent = { accept: "application/json", ...headers, ...type };
  const init = {
    method,
    headers: sent,
    redirect: "manual" as const,
    ...(body === undefined ? {} : { body }),
  };
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new CannotRun(`${method} ${url} got no answer: ${String(error)}.`);
  });
  const answer = (await response.json().catch(() => undefined)) as unknown;
  if (!expected.includes(response.status))
    throw new CannotRun(refusal(`${method} ${url}`, response.status, Object(answer) as AdminAnswer["body"]));
  return {
    status: response.status,
    body: Object(answer) as AdminAnswer["body"],
    list: Array.isArray(answer) ? (answer as AdminAnswer["list"]) : [],
    location: response.headers.get("location") ?? undefined,
  };
}

function refusal(what: string, status: number, body: AdminAnswer["body"]): string {
  const words = wordsOf({ body });
  const said = words && `: ${words}`;
  const advice = status === 401 || status === 403 ? " Check the name and password of --admin." : "";
  return `${what} was answered with HTTP ${status}${said}.${advice}`;
}

/** @throws {NoAdministrator} where none was named */
export function administrator({ admin }: DriverContext, product: string): User {
  if (admin) return admin;
  throw new NoAdministrator(`${product} does this for its administrators alone: pass --admin NAME:SECRET.`);
}

export const basicAuthorization = ({ name, password }: User): Record<string, string> => ({
  authorization: basic(name, password),
});

/** Names and IDs that no earlier run has used. */
export const fresh = (name: string): string => `${name}-${crypto.randomUUID().slice(0, 8)}`;

/** What every product's own API has a word for. */
const usualFields = [
  "client_name",
  "redirect_uris",
  "post_logout_redirect_uris",
  "grant_types",
  "response_types",
  "token_endpoint_auth_method",
  "backchannel_logout_uri",
  "backchannel_logout_session_required",
  "frontchannel_logout_uri",
  "frontchannel_logout_session_required",
];

/** The fields of client metadata that a driver which knows the usual ones has to call missing. */
export const fieldsBeside = (metadata: ClientMetadata): string[] =>
  Object.keys(metadata).filter((field) => !usualFields.includes(field));
