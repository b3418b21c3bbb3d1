/** A client with encrypted ID Tokens and its private key, and encryption to the OP. */
import assert from "node:assert/strict";
import { CompactEncrypt, type CryptoKey, compactDecrypt, exportJWK, generateKeyPair, type JWK } from "jose";
import type { OpUnderTest } from "./op-under-test.ts";
import { type RegisteredClient, registeredClient } from "./registered-client.ts";

export interface EncryptingClient extends RegisteredClient {
  /** Public, with `use` enc. */
  jwk: JWK;
  /** @returns header and content of a token that is encrypted to this client */
  decrypt(token: string): Promise<{ header: Record<string, unknown>; content: string }>;
}

export interface Encryption {
  alg: string;
  enc: string;
}

/** A public key with `use` enc, and its private key. */
export async function encryptionKey(alg: string): Promise<{ jwk: JWK; privateKey: CryptoKey }> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid: `key of ${alg}`, use: "enc" }, privateKey };
}

/** Registers a client with the URIs of `photos`.
 * @param metadata more metadata, such as a `jwks_uri` in place of the `jwks` */
export async function encryptingClient(
  op: OpUnderTest,
  { alg, enc }: Encryption,
  metadata: (jwk: JWK) => Record<string, unknown> = (jwk) => ({ jwks: { keys: [jwk] } }),
): Promise<EncryptingClient> {
  const { jwk, privateKey } = await encryptionKey(alg);
  const client = await registeredClient(op, {
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: enc,
    ...metadata(jwk),
  });
  return {
    ...client,
    jwk,
    decrypt: async (token) => {
      const { plaintext, protectedHeader } = await compactDecrypt(token, privateKey);
      return { header: protectedHeader, content: new TextDecoder().decode(plaintext) };
    },
  };
}

/** Encrypts to the OP's published encryption key. */
export async function encryptedToOp(
  op: OpUnderTest,
  content: string | object,
  header: Encryption = { alg: "RSA-OAEP", enc: "A128GCM" },
): Promise<string> {
  const { keys } = (await (await fetch(`${op.origin}/oauth2/jwks`)).json()) as { keys: JWK[] };
  const kty = header.alg.startsWith("RSA") ? "RSA" : "EC";
  const key = keys.find((each) => each.use === "enc" && each.kty === kty);
  assert.ok(key, `the OP publishes no ${kty} key for encryption`);
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader({ ...header }).encrypt(key);
}
