/** Stand-ins for products' own APIs, which drivers reach by the `fetch` of their context. */
import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { DriverContext } from "../driver.ts";

interface Asked {
  what: string;
  authorization: string | null;
  cookie: string | null;
  body: string;
}

/** A server with these answers, by method and path; 404 to everything else. */
export function apiOf(issuer: string, answers: Record<string, (asked: Asked) => Response>) {
  const asked: Asked[] = [];
  const context: DriverContext = {
    issuer,
    metadata: { issuer, registration_endpoint: `${new URL(issuer).origin}/register` },
    admin: { name: "admin", password: "s:cret" },
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const request = {
        what: `${init?.method ?? "GET"} ${url.pathname}${url.search}`,
        authorization: new Headers(init?.headers).get("authorization"),
        cookie: new Headers(init?.headers).get("cookie"),
        body: String(init?.body ?? ""),
      };
      asked.push(request);
      return answers[request.what]?.(request) ?? Response.json({ error: "not_found" }, { status: 404 });
    },
  };
  return { asked, context };
}

export const metadata: ClientMetadata = {
  client_name: "rp-a-1",
  redirect_uris: ["http://rp-a.localhost:1/callback"],
  post_logout_redirect_uris: ["http://rp-a.localhost:1/logout"],
  response_types: ["code"],
  grant_types: ["authorization_code", "implicit"],
  token_endpoint_auth_method: "client_secret_basic",
  backchannel_logout_uri: "http://localhost:1/bclogout",
  backchannel_logout_session_required: true,
  frontchannel_logout_uri: "http://rp-a.localhost:1/fclogout",
  frontchannel_logout_session_required: true,
};
export const json = (body: unknown, init?: ResponseInit) => () => Response.json(body, init);
export const empty =
  (status: number, headers = {}) =>
  () =>
    new Response(null, { status, headers });
export const cannotRun = (words: RegExp) => (error: unknown) =>
  error instanceof CannotRun && words.test(error.message);
export const user = { name: "alice", password: "alice" };

/** Dynamic registration that accepts every field. */
export const echo = ({ body }: Asked) =>
  Response.json({ ...JSON.parse(body), client_id: "dcr", client_secret: "s" }, { status: 201 });
/** When a driver does not use the product's API, and what authorizes registration then. */
export const withoutApi: [when: string, change: Partial<DriverContext>, authorization: string | null][] = [
  ["without an administrator", { admin: undefined }, null],
  ["with an initial access token", { authorization: { token: "t" } }, "Bearer t"],
];
