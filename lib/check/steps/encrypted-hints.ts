/** ID Tokens encrypted to a client, and hints encrypted to the OP (OIDC Core 3.1.2.1). */
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from "jose";
import type { Trial } from "../run/trial.ts";

/** The signed token inside.
 * @param key of the client */
export async function decryptedIdToken(trial: Trial, idToken: string, key: CryptoKey): Promise<string> {
  try {
    const { plaintext } = await compactDecrypt(idToken, key);
    return new TextDecoder().decode(plaintext);
  } catch {
    return trial.fail(
      "The ID Token is not encrypted to the client, though the OP registered that it would be.",
    );
  }
}

/** @returns undefined where the OP publishes no key for encryption */
export async function encryptedToOp(trial: Trial, idToken: string): Promise<string | undefined> {
  const keys: JWK[] = await trial.provider.publishedKeys();
  const key = keys.find(({ use, kty }) => use === "enc" && kty === "RSA");
  if (!key) return undefined;
  const alg = key.alg ?? "RSA-OAEP-256";
  return new CompactEncrypt(new TextEncoder().encode(idToken))
    .setProtectedHeader({ alg, enc: "A128CBC-HS256", ...(key.kid && { kid: key.kid }), cty: "JWT" })
    .encrypt(await importJWK(key, alg));
}
