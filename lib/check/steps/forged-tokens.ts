/** Forged ID Tokens, made from a genuine one. */
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWTPayload, SignJWT } from "jose";

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The token with another header and signature, but its own claims. */
export function withHeader(token: string, header: Record<string, unknown>, signature: string): string {
  const [, payload = ""] = token.split(".");
  return `${encoded(header)}.${payload}.${signature}`;
}

/** The token with other claims under its old signature. */
export function withClaims(token: string, change: JWTPayload): string {
  const [header = "", , signature = ""] = token.split(".");
  return `${header}.${encoded({ ...decodeJwt(token), ...change })}.${signature}`;
}

/** The attacker's own keys. */
export const attackersKeys = () => generateKeyPair("RS256", { extractable: true });

/** The token signed with another key, with changes to its header and claims. */
export function resigned(
  token: string,
  key: CryptoKey | Uint8Array,
  { header = {}, claims = {} }: { header?: Record<string, unknown>; claims?: JWTPayload } = {},
): Promise<string> {
  const { kid, alg = "RS256" } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg, ...(kid && { kid }), ...header })
    .sign(key);
}

/** All forms in which a public key may be taken for a shared secret (RFC 8725 2.1). */
export function publicKeyAsSecrets(jwk: JsonWebKey): { what: string; secret: Uint8Array }[] {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const forms: Record<string, string | Buffer> = {
    "the PEM": pem,
    "the PEM without its last line break": pem.trim(),
    "the DER": key.export({ type: "spki", format: "der" }),
    "the JWK": JSON.stringify(jwk),
    "the modulus": Buffer.from(jwk.n ?? "", "base64url"),
  };
  if (jwk.kty === "RSA") forms["the PKCS #1 PEM"] = key.export({ type: "pkcs1", format: "pem" }).toString();
  return Object.entries(forms).map(([what, secret]) => ({
    what,
    secret: new Uint8Array(Buffer.from(secret)),
  }));
}
