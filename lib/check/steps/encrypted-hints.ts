/** ID Tokens encrypted to a client, and hints encrypted to the OP (OIDC Core 3.1.2.1). */
import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from "jose";
import type { CheckReport } from "../evidence/check-report.ts";
import type { Trial } from "../run/trial.ts";

/** The signed token inside; fails if the token is not encrypted to this key of the client. */
export async function decryptedIdToken(
  report: CheckReport,
  idToken: string,
  key: CryptoKey,
): Promise<string> {
  try {
    const { plaintext } = await compactDecrypt(idToken, key);
    return new TextDecoder().decode(plaintext);
  } catch {
    return report.fail("The ID Token is not encrypted to the client, although the OP registered that.");
  }
}

/** @returns undefined if the OP publishes no key for encryption */
export async function encryptedToOp({ provider }: Trial, idToken: string): Promise<string | undefined> {
  const keys: JWK[] = await provider.publishedKeys();
  const key = keys.find(({ use, kty }) => use === "enc" && kty === "RSA");
  if (!key) return undefined;
  const alg = key.alg ?? "RSA-OAEP-256";
  return new CompactEncrypt(new TextEncoder().encode(idToken))
    .setProtectedHeader({ alg, enc: "A128CBC-HS256", ...(key.kid && { kid: key.kid }), cty: "JWT" })
    .encrypt(await importJWK(key, alg));
}
