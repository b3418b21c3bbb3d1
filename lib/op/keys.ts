/** The OP's keys for signatures and encryption, and its cookie secrets: made at the first start, kept in the store. */
import { createHmac, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import type { JWK } from "oidc-provider";
import type { OpStore } from "./store/op-store.ts";

export interface OpKeys {
  /** Those for signatures, then those for encryption. */
  jwks: { keys: JWK[] };
  cookieKeys: string[];
  /** Proves that a form came from a page of ours. */
  formKey: string;
  /** Makes the OP browser state out of a session. */
  browserStateKey: string;
  /** Of pairwise subjects. */
  subjectSalt: string;
}

/** Reads the keys of earlier starts, so that sessions, cookies and ID Token hints outlive a restart. */
export async function loadKeys(store: OpStore): Promise<OpKeys> {
  const signing = await storedKeys(store, "jwks", generateSigningKeys);
  const encryption = await storedKeys(store, "encryption jwks", generateEncryptionKeys);
  const root = store.secret("root") ?? randomBytes(32).toString("base64url");
  store.setSecret("root", root);
  return {
    jwks: { keys: [...signing, ...encryption] },
    cookieKeys: [derive(root, "cookie")],
    formKey: derive(root, "form"),
    browserStateKey: derive(root, "browser state"),
    subjectSalt: derive(root, "pairwise subject"),
  };
}

const derive = (root: string, purpose: string): string =>
  createHmac("sha256", root).update(purpose).digest("base64url");

async function storedKeys(store: OpStore, name: string, generateKeys: () => Promise<JWK[]>): Promise<JWK[]> {
  const stored = store.secret(name);
  if (stored) return JSON.parse(stored) as JWK[];
  const keys = await generateKeys();
  store.setSecret(name, JSON.stringify(keys));
  return keys;
}

/** RS256 first: it is what every client gets that registers no `id_token_signed_response_alg`. */
const generateSigningKeys = (): Promise<JWK[]> =>
  Promise.all([
    rsaKey({ use: "sig", alg: "RS256" }),
    rsaKey({ use: "sig", alg: "PS256" }),
    ecKey({ use: "sig", alg: "ES256" }),
  ]);

/** Without `alg`, which would leave clients only one of the algorithms that a key is good for. */
const generateEncryptionKeys = (): Promise<JWK[]> =>
  Promise.all([rsaKey({ use: "enc" }), ecKey({ use: "enc" })]);

const generate = promisify(generateKeyPair);

const rsaKey = async (purpose: Purpose): Promise<JWK> =>
  jwk((await generate("rsa", { modulusLength: 2048 })).privateKey, purpose);

const ecKey = async (purpose: Purpose): Promise<JWK> =>
  jwk((await generate("ec", { namedCurve: "P-256" })).privateKey, purpose);

type Purpose = { use: "sig"; alg: string } | { use: "enc" };

async function jwk(privateKey: KeyObject, purpose: Purpose): Promise<JWK> {
  const key = await exportJWK(privateKey);
  return { ...key, kid: await calculateJwkThumbprint(key), ...purpose } as JWK;
}
