/** Encrypted tokens: a compact JWE (RFC 7516 7.1) around the token that its issuer signed (Core 10.2). */
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, type JWK } from "jose";
import * as withRsa15 from "jose-rsa1_5";
import type { Checklist } from "./checklist.ts";
import { show } from "./verdict.ts";

/** A client's `id_token_encrypted_response_alg` and `id_token_encrypted_response_enc`. */
export interface Encryption {
  alg: string;
  enc: string;
}

export const encryptionAlgorithms = [
  "RSA-OAEP",
  "RSA-OAEP-256",
  "RSA-OAEP-384",
  "RSA-OAEP-512",
  "RSA1_5",
  "ECDH-ES",
] as const;

export const encryptionMethods = [
  "A128GCM",
  "A192GCM",
  "A256GCM",
  "A128CBC-HS256",
  "A192CBC-HS384",
  "A256CBC-HS512",
] as const;

/** The default of `id_token_encrypted_response_enc` (Registration 2). */
export const defaultMethod = "A128CBC-HS256";

export interface Decryption {
  /** The accepted ones: of one client for an ID Token, of all of this app's clients for a logout token. */
  encryptions: readonly Encryption[];
  /** This app's private keys. */
  keys: () => Promise<readonly JWK[]>;
}

type JweCheck = "encryption";

/** Whether a token has the five parts of a compact JWE (RFC 7516 7.1). */
export const isEncrypted = (token: string): boolean => token.split(".").length === 5;

/** Decrypts a token that uses a registered encryption.
 * @returns the token inside, not to be trusted before its signature is verified
 * @throws {ProtocolError} with the code of `checks` */
export async function decryptToken(
  jwe: string,
  { encryptions, keys }: Decryption,
  checks: Checklist<JweCheck>,
): Promise<string> {
  const registered = encryptions.map(({ alg, enc }) => `${alg} with ${enc}`).join(" or ");
  if (!registered) {
    const message = "The token is encrypted, but no encryption is registered for this client.";
    const help =
      "Set ID_TOKEN_ENCRYPTED_RESPONSE_ALG to the client's registered algorithm, or register this app again.";
    checks.fail("encryption", message, "a signed token of three parts", "five parts (JWE)", help);
  }
  const { alg, enc, kid } = headerOf(jwe);
  const used = encryptions.find((each) => each.alg === alg && each.enc === enc);
  if (!used) {
    const message = "The token's encryption (alg and enc) is not the registered one.";
    return checks.fail("encryption", message, registered, `${show(alg)} with ${show(enc)}`);
  }
  checks.pass("encryption", `${used.alg} with ${used.enc}`);
  const fitting = (await keys()).filter((key) => key.kty === keyType(used.alg));
  const named = fitting.filter((key) => key.kid === kid);
  // A kid is arbitrary (a certificate thumbprint, say): a key of the right type is tried even if its kid differs.
  const key = named[0] ?? fitting[0];
  const inside = key && (await decrypt(jwe, key, used.alg));
  if (inside !== undefined) return inside;
  const message = "The token cannot be decrypted with this app's key.";
  const help = "The OpenID Provider may use an old key: compare it with this app's /jwks.";
  return checks.fail("encryption", message, `a key of this app (${key?.kid})`, kid ?? "no kid", help);
}

function headerOf(jwe: string): { alg?: unknown; enc?: unknown; kid?: unknown } {
  try {
    return decodeProtectedHeader(jwe);
  } catch {
    return {};
  }
}

/** The `kty` of the key for a JWE `alg` (RFC 7518 4.1). */
export const keyType = (alg: string): "EC" | "RSA" => (alg.startsWith("ECDH") ? "EC" : "RSA");

async function decrypt(jwe: string, key: JWK, alg: string): Promise<string | undefined> {
  const options = { keyManagementAlgorithms: [alg] };
  try {
    const { plaintext } =
      alg === "RSA1_5"
        ? await withRsa15.compactDecrypt(jwe, await withRsa15.importJWK({ ...key, kty: "RSA" }, alg), options)
        : await compactDecrypt(jwe, { ...key, alg }, options);
    return new TextDecoder().decode(plaintext);
  } catch {
    return undefined; // without a reason: it would turn RSA1_5 into an oracle
  }
}

/** Encrypts text to a public key.
 * @param contentType `JWT` if the text is itself a token (RFC 7519 5.2) */
export async function encryptTo(
  key: JWK,
  text: string,
  { alg, enc }: Encryption,
  contentType?: "JWT",
): Promise<string> {
  const plaintext = new TextEncoder().encode(text);
  const header = {
    alg,
    enc,
    ...(key.kid ? { kid: key.kid } : {}),
    ...(contentType ? { cty: contentType } : {}),
  };
  if (alg === "RSA1_5") {
    const rsa = await withRsa15.importJWK({ ...key, kty: "RSA" }, alg);
    return new withRsa15.CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(rsa);
  }
  // Only the key itself: importing would enforce use and key_ops, which callers have checked.
  const { kty, n, e, crv, x, y } = key;
  const publicKey = { kty, n, e, crv, x, y, alg } as JWK;
  return new CompactEncrypt(plaintext).setProtectedHeader(header).encrypt(publicKey);
}
