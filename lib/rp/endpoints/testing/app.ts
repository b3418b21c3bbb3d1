/** An app in this process, with a store in memory, and two OpenID Providers that sign whatever they are asked to. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { createLog } from "#lib/log.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { begin, sessionOf } from "#lib/store/testing/stored.ts";
import { plainly } from "../../http.ts";
import { createRelyingParty, type RelyingParty } from "../../relying-party.ts";
import { backchannelLogout } from "../backchannel-logout.ts";

export const base = "http://localhost:8082/playground2";

export interface Signer {
  issuer: string;
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export function newSigner(issuer: string): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { issuer, kid: `key of ${issuer}`, privateKey, publicKey };
}

export const op = newSigner("https://op.example");
export const otherOp = newSigner("https://other.example/realm");

const discoveryOf = ({ issuer }: Signer) => ({
  issuer,
  jwks_uri: `${issuer}/jwks`,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  end_session_endpoint: `${issuer}/logout`,
  check_session_iframe: `${issuer}/session`,
  authorization_response_iss_parameter_supported: true,
});

const jwksOf = ({ kid, publicKey }: Signer) => ({
  keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" }],
});

const notFound: Fetch = async () => new Response(null, { status: 404 });

/** @param more answers to other requests
 *  @param settings that differ from the usual ones */
export function openApp(more = notFound, settings: Record<string, string> = {}): RelyingParty {
  const config = parseRpConfig({
    RP_NAME: "playground2",
    RP_BASE_URLS: `${base},http://localhost:8080/playground2`,
    RP_SECRET: "s".repeat(32),
    OP_ISSUER: op.issuer,
    TRUSTED_ISSUERS: otherOp.issuer,
    CLIENT_ID: "playground2",
    ID_TOKEN_SIGNED_RESPONSE_ALG: "ES256",
    ...settings,
  });
  const log = createLog({ name: "app", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const fetch: Fetch = async (url, init) => {
    const known = [op, otherOp].flatMap((signer): [string, object][] => [
      [discoveryUrl(signer.issuer), discoveryOf(signer)],
      [`${signer.issuer}/jwks`, jwksOf(signer)],
    ]);
    const answer = known.find(([at]) => at === url)?.[1];
    return answer ? Response.json(answer) : more(url, init);
  };
  return createRelyingParty({ config, log, store: openSqliteStore(":memory:", "app"), fetch });
}

/** A compact JWS of any two texts (RFC 7515 7.1). */
export function signed(header: string, payload: string, { privateKey }: Signer): string {
  const input = [header, payload].map((text) => Buffer.from(text).toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}

/** A session of this app's client, or of the one named. @returns whether it lives */
export async function beginLogin(
  rp: RelyingParty,
  { iss = op.issuer, sub, sid, clientId = "playground2" }: Record<string, string | undefined>,
): Promise<() => Promise<boolean>> {
  const { login, ...session } = sessionOf(sub ?? "", sid);
  if (login) await begin(rp.store, { ...session, login: { ...login, iss, clientId } }, rp.now() + 1);
  return async () => (await rp.store.readSession(session.sessionId, rp.now()))?.login !== undefined;
}

/** Sends a request to POST /bclogout, the one place here that knows how. */
export const postLogout = (rp: RelyingParty, type: string, body: string | Uint8Array): Promise<Response> =>
  plainly(backchannelLogout)(
    new Request(`${base}/bclogout`, {
      method: "POST",
      headers: type ? { "content-type": type } : {},
      body: typeof body === "string" ? Buffer.from(body) : Buffer.from(body),
    }),
    rp,
  );

export const form = "application/x-www-form-urlencoded";

export const postToken = (rp: RelyingParty, token: string): Promise<Response> =>
  postLogout(rp, form, new URLSearchParams({ logout_token: token }).toString());
