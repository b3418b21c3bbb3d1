/** Decrypts an `id_token_hint` that is encrypted to the OP (OIDC Core 3.1.2.1) or, like the ID Token, with the client's
 * secret (RIL 2), before the library verifies it. */
import { compactDecrypt, decodeProtectedHeader, type JWK } from "jose";
import { z } from "zod";
import { foreignText } from "#lib/net/foreign-text.ts";
import { PageError } from "../edge.ts";
import { contentAlgorithms, keyAlgorithms, secretAlgorithms, secretKey } from "../encryption.ts";
import type { OpKeys } from "../keys.ts";
import { type Context, isRead, type Next, type OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";

/** The user and session that a logout request names, without a signature. */
export interface ClaimedHint {
  sub: string;
  sid?: string | undefined;
}

const claimed = new WeakMap<Context, ClaimedHint>();

/** The unsigned claims of this logout request: to show to the user, and for nothing else. */
export const claimedHint = (ctx: Context): ClaimedHint | undefined => claimed.get(ctx);

/** The default tenant of WSO2 IS, where each tenant has its own keys. */
const onlyTenant = "carbon.super";

/** Characters. An ID Token of several hundred groups has some 24,000. */
const maxHintLength = 48 * 1024;

/** Never redirects to the client: the unreadable hint determines which client it is. */
const refused = (title: string, advice: string): PageError => new PageError(400, title, advice);

const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Runs after posted requests have become GETs. */
export function decryptedHints(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const { id_token_hint: hint } = ctx.query;
    const takesHint = ctx.path === endpointPaths.end_session || ctx.path === endpointPaths.authorization;
    if (isRead(ctx) && takesHint && typeof hint === "string" && hint.split(".").length === 5) {
      requireOurTenant(ctx);
      const content = await decrypted(op, ctx, hint);
      if (compactJws.test(content)) handOver(ctx, content);
      else rememberClaims(op, ctx, content);
    }
    await next();
  };
}

function requireOurTenant(ctx: Context): void {
  const tenants = new URLSearchParams(ctx.querystring).getAll("tenant_domain");
  if (tenants.every((tenant) => tenant === "" || tenant === onlyTenant)) return;
  throw refused(
    "Unknown tenant_domain.",
    `The only tenant of this OpenID Provider is ${onlyTenant}: send that as tenant_domain, or omit it.`,
  );
}

async function decrypted(op: OpenIdProvider, ctx: Context, hint: string): Promise<string> {
  if (hint.length > maxHintLength) {
    throw refused(
      "This id_token_hint is too long.",
      `The limit is ${maxHintLength} characters. Omit it and send client_id instead.`,
    );
  }
  const { alg, enc, zip } = headerOf(hint);
  const keyAlgorithm = requireOffered("alg", alg, [...keyAlgorithms, ...secretAlgorithms]);
  requireOffered("enc", enc, contentAlgorithms);
  if (zip !== undefined) {
    throw refused(
      "This id_token_hint is compressed.",
      "Encrypt it without zip: a small compressed token can be huge when unpacked.",
    );
  }
  const isSecret = secretAlgorithms.some((each) => each === keyAlgorithm);
  const key = isSecret ? await keyOfClient(op, ctx, keyAlgorithm) : ownKey(op.keys, keyAlgorithm);
  const { plaintext } = await compactDecrypt(hint, key).catch(() => {
    throw refused(
      "This id_token_hint cannot be decrypted here.",
      isSecret
        ? "It is not encrypted with the secret of the app that client_id names."
        : "It is not encrypted to the key with use enc in the JWKS of this OpenID Provider. An ID Token that is still encrypted to the app cannot be read: the app must decrypt it and encrypt it again to that key.",
    );
  });
  return new TextDecoder().decode(plaintext);
}

function ownKey({ jwks }: OpKeys, alg: string): JWK {
  const kty = alg.startsWith("RSA") ? "RSA" : "EC";
  const key = jwks.keys.find((each) => each.use === "enc" && each.kty === kty) as JWK | undefined;
  if (!key) throw new Error(`no ${kty} key for decryption`);
  return key;
}

/** RIL 2: for a symmetrically encrypted ID Token, only `client_id` says whose secret decrypts it. */
async function keyOfClient(op: OpenIdProvider, ctx: Context, alg: string): Promise<Uint8Array> {
  const { client_id: clientId } = ctx.query;
  if (typeof clientId !== "string") {
    throw refused(
      "This id_token_hint is encrypted with the secret of an unknown client.",
      `With ${alg} the request must also have the client_id of the app.`,
    );
  }
  const client = await op.provider.Client.find(clientId);
  if (client?.clientSecret && client.idTokenEncryptedResponseAlg === alg) {
    return secretKey(alg, client.clientSecret);
  }
  throw refused(
    "This id_token_hint is not encrypted like the ID Tokens of its app.",
    `No app with this client_id is registered with id_token_encrypted_response_alg ${alg}.`,
  );
}

function headerOf(hint: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(hint);
  } catch {
    throw refused(
      "This id_token_hint is not a JWE.",
      "It has five parts, but the first is not a header. Send the ID Token as it was issued, or encrypted to this OpenID Provider.",
    );
  }
}

function requireOffered(name: string, value: unknown, offered: readonly string[]): string {
  if (typeof value === "string" && offered.includes(value)) return value;
  throw refused(
    `This id_token_hint is encrypted with the ${name} ${foreignText(value)}, which is not supported here.`,
    `Use one of ${offered.join(", ")}.`,
  );
}

/** Replaces the hint with the signed ID Token, which the library verifies. */
function handOver(ctx: Context, idToken: string): void {
  const query = new URLSearchParams(ctx.querystring);
  query.set("id_token_hint", idToken);
  ctx.querystring = query.toString();
}

/** WSO2 IS accepts encrypted claims without a signature, and trusts them. Anyone can encrypt to our public key, so here
 * they only name the client, like `client_id`, and the user in the logout question: without an ID Token that we issued,
 * the user must be asked (RIL 2). */
function rememberClaims(op: OpenIdProvider, ctx: Context, content: string): void {
  if (ctx.path === endpointPaths.authorization) {
    throw refused(
      "This id_token_hint contains no signed ID Token.",
      "Claims alone prove nothing: encrypt the ID Token as it was issued, with its signature.",
    );
  }
  const { aud, sub, sid } = claimsIn(content, op.issuer);
  const query = new URLSearchParams(ctx.querystring);
  const clients = query.getAll("client_id");
  if (!clients.every((client) => aud.includes(client))) {
    throw refused(
      "The client_id is not in the aud of the id_token_hint.",
      "Send the ID Token of this client, or its client_id. No session was ended.",
    );
  }
  if (clients.length === 0) query.set("client_id", aud[0]);
  query.delete("id_token_hint");
  ctx.querystring = query.toString();
  claimed.set(ctx, { sub, sid });
}

const strings = z.tuple([z.string()], z.string());

function claimsIn(content: string, issuer: string) {
  const claims = z.object({
    iss: z.literal(issuer),
    sub: z.string(),
    aud: z.union([strings, z.string().transform((aud) => strings.parse([aud]))]),
    sid: z.string().optional(),
  });
  const parsed = claims.safeParse(jsonOf(content));
  if (parsed.success) return parsed.data;
  throw refused(
    "The content of this id_token_hint is not an ID Token of this OpenID Provider.",
    `Encrypt the ID Token as it was issued, with its signature, or its claims with iss ${issuer}, sub and aud. No session was ended.`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
