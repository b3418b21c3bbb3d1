/** This app's keys for tokens that are encrypted to it. An OP finds their public halves at GET /jwks. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import type { Decryption } from "#lib/oidc/jwe.ts";
import type { Client } from "./clients.ts";
import type { RelyingParty } from "./relying-party.ts";

/** What these clients' tokens may be encrypted with. */
export const decryptionFor = (clients: readonly Client[], rp: RelyingParty): Decryption => ({
  encryptions: clients.flatMap(({ encryption }) => encryption ?? []),
  keys: () => encryptionKeys(rp),
});

/** The private keys: made when they are first asked for, and kept, since an OP caches what it has read. */
export async function encryptionKeys({ store }: RelyingParty): Promise<JWK[]> {
  const kept = await store.readKeys();
  return kept ?? store.keepKeys([await newKey("RSA-OAEP-256"), await newKey("ECDH-ES")]);
}

async function newKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  // No `alg`: the same key serves every algorithm of its family that a client may be registered with.
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "enc" };
}
