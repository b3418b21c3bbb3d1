/** Encryption of ID Tokens and logout tokens to clients, and of `id_token_hint` to the OP. */
import { createHash } from "node:crypto";
import { type EncryptionAlgValues, type EncryptionEncValues, errors } from "oidc-provider";

/** JWE `alg` with a key pair, for both directions (RFC 7518 4.1). */
export const keyAlgorithms: EncryptionAlgValues[] = [
  "RSA-OAEP",
  "RSA-OAEP-256",
  "RSA-OAEP-384",
  "RSA-OAEP-512",
  "ECDH-ES",
  "ECDH-ES+A128KW",
  "ECDH-ES+A192KW",
  "ECDH-ES+A256KW",
];

/** JWE `alg` with the client's secret, for ID Tokens and logout tokens, and for hints (RFC 7518 4.4). */
export const secretAlgorithms: EncryptionAlgValues[] = ["A128KW", "A192KW", "A256KW"];

/** JWE `enc`, for both directions (RFC 7518 5.1). */
export const contentAlgorithms: EncryptionEncValues[] = [
  "A128GCM",
  "A192GCM",
  "A256GCM",
  "A128CBC-HS256",
  "A192CBC-HS384",
  "A256CBC-HS512",
];

/** The key derived from a client's secret for one of `secretAlgorithms` (OIDC Core 10.2). */
export const secretKey = (alg: string, secret: string): Uint8Array =>
  createHash("sha256")
    .update(secret)
    .digest()
    .subarray(0, Number(alg.slice(1, 4)) / 8);

/** WSO2 IS supports RSA1_5, so readers of its documentation may request it.
 * @throws {errors.InvalidClientMetadata} for RSA1_5 as `id_token_encrypted_response_alg` */
export function refuseRsa15(alg: unknown): void {
  if (alg !== "RSA1_5") return;
  throw new errors.InvalidClientMetadata(
    "id_token_encrypted_response_alg RSA1_5 is not supported by this OpenID Provider: its padding allows decryption through repeated queries (RFC 8725 3.2). Use RSA-OAEP or RSA-OAEP-256",
  );
}
