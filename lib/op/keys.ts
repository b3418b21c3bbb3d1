/** The OP's keys for signatures and encryption, and its cookie secrets: made at the first start, kept in the store. Those
 * for signatures can be replaced; the old ones stay published for a while (Core 10.1.1). */
import { createHmac, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import type { JWK } from "oidc-provider";
import type { OpStore } from "./store/op-store.ts";

export interface OpKeys {
  /** Those that sign, then those that have been replaced and only verify, then those for encryption. */
  jwks: { keys: JWK[] };
  cookieKeys: string[];
  /** Proves that a form came from a page of ours. */
  formKey: string;
  /** Makes the OP browser state out of a session. */
  browserStateKey: string;
  /** Of pairwise subjects. */
  subjectSalt: string;
}

/** How long a replaced key stays published, in milliseconds: as long as the longest grants. An ID Token that it signed is
 * a hint while its session lives, also when it has expired (RIL 2). */
const RETIRED_FOR = 14 * 24 * 3600 * 1000;

/** The keys that one rotation has replaced. */
interface Retired {
  /** Milliseconds since the epoch. */
  until: number;
  keys: JWK[];
}

/** Reads the keys of earlier starts, so that sessions, cookies and ID Token hints outlive a restart.
 * @param rotate signs with new keys from now on */
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
  const retired: Retired[] = [{ until: Date.now() + RETIRED_FOR, keys }, ...retiredKeys(store)];
  store.setSecret("retired jwks", JSON.stringify(retired));
  store.setSecret("jwks", JSON.stringify(await generateSigningKeys()));
}

const retiredKeys = (store: OpStore): Retired[] =>
  (JSON.parse(store.secret("retired jwks") ?? "[]") as Retired[]).filter(({ until }) => until > Date.now());

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
