/** This app's keys for tokens that are encrypted to it. An OP finds their public halves at GET /jwks. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import type { Decryption } from "#lib/oidc/jwe.ts";
import type { Client } from "./clients.ts";
import type { RelyingParty } from "./relying-party.ts";

/** How the tokens of these clients may be encrypted. */
export const decryptionFor = (clients: readonly Client[], rp: RelyingParty): Decryption => ({
  encryptions: clients.flatMap(({ encryption }) => encryption ?? []),
  keys: () => encryptionKeys(rp),
});

/** The private keys: generated on first use and kept, because an OP caches the public ones. */
export async function encryptionKeys({ store }: RelyingParty): Promise<JWK[]> {
  const kept = await store.readKeys();
  return kept ?? store.keepKeys([await newKey("RSA-OAEP-256"), await newKey("ECDH-ES")]);
}

async function newKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  // No `alg`: one key serves every algorithm of its family that a client may have registered.
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "enc" };
}
