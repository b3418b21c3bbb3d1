/** The OP's signing and encryption keys, and its cookie secrets: generated at the first start, kept in the store.
 * Signing keys can be rotated; the old ones stay published for a while (Core 10.1.1). */
import { createHmac, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import type { JWK } from "oidc-provider";
import type { OpStore } from "./store/op-store.ts";

export interface OpKeys {
  /** Signing keys, then retired signing keys, which only verify, then encryption keys. */
  jwks: { keys: JWK[] };
  cookieKeys: string[];
  /** Signs the tokens in our forms. */
  formKey: string;
  /** Derives the OP browser state from a session. */
  browserStateKey: string;
  /** Salt of pairwise subjects (Core 8.1). */
  subjectSalt: string;
}

/** How long a retired key stays published, in milliseconds: as long as the longest grants. An ID Token signed with it
 * is a valid hint while its session lives, even after it expires (RIL 2). */
const retiredForMs = 14 * 24 * 3600 * 1000;

/** The keys retired by one rotation. */
interface Retired {
  /** Milliseconds since the epoch. */
  until: number;
  keys: JWK[];
}

/** Loads the keys of earlier starts, so that sessions, cookies and hints survive a restart.
 * @param rotate sign with new keys from now on */
export async function loadKeys(store: OpStore, rotate = false): Promise<OpKeys> {
  if (rotate) await rotateSigningKeys(store);
  const signing = await storedKeys(store, "jwks", generateSigningKeys);
  const retired = retiredKeys(store).flatMap(({ keys }) => keys);
  const encryption = await storedKeys(store, "encryption jwks", generateEncryptionKeys);
  const root = store.secret("root") ?? randomBytes(32).toString("base64url");
  store.setSecret("root", root);
  return {
    jwks: { keys: [...signing, ...retired, ...encryption] },
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

async function rotateSigningKeys(store: OpStore): Promise<void> {
  const keys = JSON.parse(store.secret("jwks") ?? "[]") as JWK[];
  const retired: Retired[] = [{ until: Date.now() + retiredForMs, keys }, ...retiredKeys(store)];
  store.setSecret("retired jwks", JSON.stringify(retired));
  store.setSecret("jwks", JSON.stringify(await generateSigningKeys()));
}

const retiredKeys = (store: OpStore): Retired[] =>
  (JSON.parse(store.secret("retired jwks") ?? "[]") as Retired[]).filter(({ until }) => until > Date.now());

/** RS256 first: the default if a client registers no `id_token_signed_response_alg`. */
const generateSigningKeys = (): Promise<JWK[]> =>
  Promise.all([
    rsaKey({ use: "sig", alg: "RS256" }),
    rsaKey({ use: "sig", alg: "PS256" }),
    ecKey({ use: "sig", alg: "ES256" }),
  ]);

/** Without `alg`, which would limit clients to one of the algorithms that a key supports. */
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
