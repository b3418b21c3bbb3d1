/** Requests to a product's administration API, as the administrator of `--admin`. */
import type { z } from "zod";
import { CannotRun, NoAdministrator } from "#lib/cli/errors.ts";
import { oneLine } from "#lib/net/foreign-text.ts";
import { reason } from "#lib/net/innermost-error.ts";
import type { DriverContext, User } from "./driver.ts";

/** What to do about an answer, by its HTTP status. */
export type Advice = Readonly<Record<number, string>>;

export interface AdminRequest {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Record<string, string>;
  json?: unknown;
  form?: Record<string, string>;
  /** Statuses that count as success; default: any 2xx. */
  expected?: readonly number[];
  advice?: Advice;
}

export interface AdminAnswer {
  url: string;
  status: number;
  headers: Headers;
  /** The body as JSON; undefined if it is not JSON. */
  body: unknown;
}

const usualAdvice: Advice = {
  401: "Check the name and password of --admin.",
  403: "This user lacks the rights: pass an administrator with --admin NAME:PASSWORD.",
};

/** Sends one request. Redirects are not followed: they would take the credentials elsewhere.
 * @throws {CannotRun} in one line that says what to do */
export async function askAdminApi(
  { fetch }: Pick<DriverContext, "fetch">,
  url: string,
  { method = "GET", headers = {}, json, form, expected, advice = {} }: AdminRequest = {},
): Promise<AdminAnswer> {
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
  const response = await fetch(url, {
    method,
    headers: {
      accept: "application/json",
      ...headers,
      ...(json !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body }),
    redirect: "manual",
  }).catch((error: unknown) => {
    if (error instanceof CannotRun) throw error;
    throw new CannotRun(`${method} ${url} got no answer: ${reason(error)}.`);
  });
  const { status } = response;
  const answer = (await response.json().catch(() => undefined)) as unknown;
  if (expected?.includes(status) ?? response.ok)
    return { url, status, headers: response.headers, body: answer };
  const words = wordsOf(answer);
  const said = `${method} ${url} was answered with HTTP ${status}${words && `: ${words}`}.`;
  throw new CannotRun([said, { ...usualAdvice, ...advice }[status]].filter(Boolean).join(" "));
}

/** The server's own words about a refusal, on one line; empty if there are none. */
function wordsOf(body: unknown): string {
  const said = Object(body) as Record<string, unknown>;
  const names = ["description", "error_description", "errorMessage", "message", "error"];
  const all = Array.isArray(body) ? body : names.map((name) => said[name]);
  const words = all.find((word) => typeof word === "string" && word !== "") ?? "";
  return oneLine(String(words), 300).replace(/\.$/, "");
}

/** The body of an answer, in the shape that the product documents.
 * @throws {CannotRun} if it has another */
export function bodyOf<T>({ url, body }: AdminAnswer, schema: z.ZodType<T>, product: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new CannotRun(`${url} does not answer as ${product} does. Try --driver generic.`);
}

/** The ID of what a request created: the last segment of its Location. */
export const createdId = ({ headers }: AdminAnswer): string | undefined =>
  headers.get("location")?.split("/").at(-1);

/** @throws {NoAdministrator} */
export function administrator({ admin }: DriverContext, product: string): User {
  if (admin) return admin;
  throw new NoAdministrator(`Only administrators of ${product} can do this: pass --admin NAME:PASSWORD.`);
}

/** The header of HTTP Basic authentication (RFC 7617) as this user. */
export const basicAuthorization = ({ name, password }: User): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});

/** The parts of an issuer that locate the product's API.
 * @param shape with the parts in parentheses
 * @throws {CannotRun} if the issuer has another shape */
export function issuerParts(issuer: string, shape: RegExp, product: string, ending: string): string[] {
  const [found, ...parts] = shape.exec(issuer) ?? [];
  if (found !== undefined) return parts;
  throw new CannotRun(
    `${issuer} is not an issuer of ${product}, which ends in ${ending}. Try --driver generic.`,
  );
}
