/** Whether a published key is for an algorithm (RFC 7518 3.1 and 4.1, RFC 8037). */
import type { JWK } from "jose";

export const isSymmetric = (alg: string): boolean => alg.startsWith("HS");

const curves: Record<string, readonly string[]> = {
  ES256: ["P-256"],
  ES384: ["P-384"],
  ES512: ["P-521"],
  EdDSA: ["Ed25519", "Ed448"],
};

const isForEncryption = (alg: string) => /^(RSA-OAEP|RSA1_5|ECDH-ES)/.test(alg);

/** A key that declares its algorithm or use fits only that one. */
export function keyFits({ kty, crv = "", alg: declared, use }: JWK, alg: string): boolean {
  const wantedUse = isForEncryption(alg) ? "enc" : "sig";
  if (use !== undefined && use !== wantedUse) return false;
  // Signing keys often have no `use`; encryption keys are recognized by it.
  if (wantedUse === "enc" && use === undefined && declared === undefined) return false;
  if (declared !== undefined && declared !== alg) return alg === "EdDSA" && declared === crv;
  if (alg.startsWith("ECDH")) return kty === "EC" || kty === "OKP";
  const allowed = curves[alg];
  return allowed ? allowed.includes(crv) : kty === "RSA";
}
