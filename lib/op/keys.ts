/** The OP's signing keys and cookie secrets: made at the first start, kept in the store. */
import { createHmac, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK } from "jose";
import type { JWK } from "oidc-provider";
import type { OpStore } from "./store/op-store.ts";

export interface OpKeys {
  jwks: { keys: JWK[] };
  cookieKeys: string[];
  /** Proves that a form came from a page of ours. */
  formKey: string;
  /** Makes the OP browser state out of a session. */
  browserStateKey: string;
}

/** Reads the keys of earlier starts, so that sessions, cookies and ID Token hints outlive a restart. */
export async function loadKeys(store: OpStore): Promise<OpKeys> {
  const keys = JSON.parse(store.secret("jwks") ?? "null") ?? (await generateSigningKeys());
  const root = store.secret("root") ?? randomBytes(32).toString("base64url");
  store.setSecret("jwks", JSON.stringify(keys));
  store.setSecret("root", root);
  return {
    jwks: { keys },
    cookieKeys: [derive(root, "cookie")],
    formKey: derive(root, "form"),
    browserStateKey: derive(root, "browser state"),
  };
}

const derive = (root: string, purpose: string): string =>
  createHmac("sha256", root).update(purpose).digest("base64url");

/** RS256 first: it is what every client gets that registers no `id_token_signed_response_alg`. */
async function generateSigningKeys(): Promise<JWK[]> {
  const generate = promisify(generateKeyPair);
  const pairs = await Promise.all([
    generate("rsa", { modulusLength: 2048 }),
    generate("rsa", { modulusLength: 2048 }),
    generate("ec", { namedCurve: "P-256" }),
  ]);
  return Promise.all(
    ["RS256", "PS256", "ES256"].map((alg, index) => signingKey(alg, pairs[index]?.privateKey)),
  );
}

async function signingKey(alg: string, privateKey: KeyObject | undefined): Promise<JWK> {
  if (!privateKey) throw new Error(`no key was generated for ${alg}`);
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: "sig", alg } as JWK;
}
