/** The OP on a free port, with two Relying Parties that receive logout tokens, and the steps that tests share. */
import assert from "node:assert/strict";
import { after } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { createRemoteJWKSet, decodeJwt, type JWTPayload } from "jose";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import type { HttpBrowser, Visit } from "#lib/net/http-browser.ts";
import { startOp } from "../server.ts";
import { type ReceivingRp, receivingRp } from "./relying-party.ts";

export interface OpUnderTest {
  origin: string;
  issuer: string;
  photos: ReceivingRp;
  albums: ReceivingRp;
  jwks: ReturnType<typeof createRemoteJWKSet>;
  close(): Promise<void>;
}

export const clientSecret = "a-secret-of-the-tests";

/** Clients `photos` and `albums`, and their public twins.
 * @param metadata more metadata of `photos`
 * @param settings more settings of the OP */
export async function opUnderTest(
  directory = ":memory:",
  port = 0,
  {
    metadata = {},
    settings = {},
  }: { metadata?: Record<string, unknown>; settings?: Record<string, string> } = {},
): Promise<OpUnderTest> {
  const [photos, albums] = [await receivingRp(), await receivingRp()];
  const config = parseOpConfig({
    OP_PORT: String(port),
    OP_DATA_DIR: directory,
    OP_APPS: JSON.stringify(appsOf({ photos, albums }, metadata)),
    ...settings,
  });
  const op = await startOp(config, createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" }));
  return {
    origin: op.origin,
    issuer: op.issuer,
    photos,
    albums,
    jwks: remoteKeys(op.origin),
    close: async () => {
      await Promise.all([op.close(), photos.close(), albums.close()]);
      await immediate(); // or the next request to this port may use a connection that is already closed
    },
  };
}

/** The setting `OP_APPS`.
 * @param metadata more metadata of `photos` */
export const appsOf = (
  rps: Pick<OpUnderTest, "photos" | "albums">,
  metadata: Record<string, unknown> = {},
): Record<string, unknown>[] =>
  Object.entries(rps).map(([name, { base }]) => ({
    name,
    secret: clientSecret,
    baseUrls: [base],
    ...(name === "photos" && { metadata }),
  }));

/** The published keys of the OP. */
export const remoteKeys = (origin: string): OpUnderTest["jwks"] =>
  createRemoteJWKSet(new URL(`${origin}/oauth2/jwks`));

/** One OP for all tests of a file, closed after them. */
export async function sharedOp(): Promise<OpUnderTest> {
  const op = await opUnderTest();
  after(() => op.close());
  return op;
}

/** The Authorization header of an administrator, for registration. */
export const adminAuthorization = "Basic YWRtaW46YWRtaW4=";

export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

export interface AuthorizationRequest {
  client?: "photos" | "albums" | "photos-public";
  [parameter: string]: string;
}

export function authorizationUrl(op: OpUnderTest, request: AuthorizationRequest = {}): string {
  const { client = "photos", ...parameters } = request;
  const rp = client === "albums" ? op.albums : op.photos;
  const query = new URLSearchParams({
    client_id: client,
    response_type: "code",
    redirect_uri: `${rp.base}/oauth2client`,
    scope: "openid profile",
    state: "state-1",
    nonce: "nonce-1",
    ...parameters,
  });
  return `${op.origin}/oauth2/authorize?${query}`;
}

/** Goes through sign-in and consent as needed; the last visit is the response to the app. */
export async function authorize(
  op: OpUnderTest,
  browser: HttpBrowser,
  request: AuthorizationRequest = {},
  user = "alice",
): Promise<Visit> {
  let page = await browser.follow(await browser.get(authorizationUrl(op, request)));
  if (page.url.includes("login.do")) {
    page = await browser.follow(await browser.submit(page, { username: user, password: user }));
  }
  if (page.url.includes("oauth2_consent.do")) {
    page = await browser.follow(await browser.submit(page, { consent: "allow" }));
  }
  return page;
}

/** The parameters of an authorization response, from query or fragment. */
export function responseOf(visit: Visit): URLSearchParams {
  assert.ok(visit.location, `no redirect, but ${visit.status} at ${visit.url}`);
  const { hash, search } = new URL(visit.location);
  return new URLSearchParams(hash ? hash.slice(1) : search);
}

/** Signs in to a client in the browser. */
export async function signIn(
  op: OpUnderTest,
  browser: HttpBrowser,
  client: "photos" | "albums",
  user = "alice",
): Promise<{ idToken: string; claims: JWTPayload; accessToken: string }> {
  const visit = await authorize(op, browser, { client, response_type: "id_token token" }, user);
  const response = responseOf(visit);
  const idToken = response.get("id_token") ?? "";
  return { idToken, claims: decodeJwt(idToken), accessToken: response.get("access_token") ?? "" };
}

export function tokenRequest(
  op: OpUnderTest,
  fields: Record<string, string>,
  authorization?: string,
): Promise<Response> {
  const headers: Record<string, string> = authorization ? { authorization } : {};
  return fetch(`${op.origin}/oauth2/token`, { method: "POST", headers, body: new URLSearchParams(fields) });
}

/** Requests dynamic client registration. */
export async function register(
  op: OpUnderTest,
  metadata: Record<string, unknown>,
  authorization?: string,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(`${op.origin}/api/identity/oauth2/dcr/v1.1/register`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization && { authorization }) },
    body: JSON.stringify(metadata),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

export function logoutUrl(op: OpUnderTest, parameters: Record<string, string>): string {
  return `${op.origin}/oidc/logout?${new URLSearchParams(parameters)}`;
}

/** Presses "Continue" on the front-channel logout page.
 * @returns the visit with the link as its location */
export function goOn(page: Visit): Visit {
  const link = /id="frontchannel-continue" href="([^"]*)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&");
  assert.ok(link, `no front-channel logout page, but ${page.status} at ${page.url}`);
  return { ...page, location: new URL(link, page.url).href };
}

/** The OP browser state that the OP's scripts can read in this browser. */
export const browserStateOf = (browser: HttpBrowser): string | undefined =>
  /(?:^|; )opbs\.\d+=([^;]+)/.exec(browser.cookieFor("/oidc/checksession"))?.[1];

/** True while the browser is signed in at the OP, with or without consent for `photos`. */
export async function isSignedIn(op: OpUnderTest, browser: HttpBrowser): Promise<boolean> {
  const response = responseOf(await browser.get(authorizationUrl(op, { prompt: "none" })));
  if (response.get("error") === "login_required") return false;
  assert.ok(response.has("code") || response.get("error") === "consent_required", response.toString());
  return true;
}

export async function userinfoStatus(op: OpUnderTest, accessToken: string): Promise<number> {
  const response = await fetch(`${op.origin}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return response.status;
}
