/** This app's keys for tokens that are encrypted to it, and GET /jwks, where an OP finds them (`jwks_uri`). */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import type { Decryption } from "#lib/oidc/jwe.ts";
import type { Client } from "./clients.ts";
import type { Endpoint } from "./http.ts";
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

/** The public halves (RFC 7517 5). */
export const jwks: Endpoint = async (_request, rp) => {
  const keys = (await encryptionKeys(rp)).map(({ kty, n, e, crv, x, y, kid, use }) => ({
    ...{ kty, n, e, crv, x, y, kid, use },
  }));
  return Response.json({ keys }, { headers: { "cache-control": "public, max-age=300" } });
};
