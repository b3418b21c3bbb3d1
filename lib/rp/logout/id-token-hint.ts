/** The ID Token as a hint that the OP can read (Core 3.1.2.1, RIL 2). */
import { decodeProtectedHeader, type JWK } from "jose";
import { defaultMethod, type Encryption, encryptTo, keyType } from "#lib/oidc/jwe.ts";
import type { LoginAtProvider } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** `signed`: as the OP signed it. `encrypted`: the signed token, encrypted to the OP. `claims`: only its claims, encrypted
 * to the OP, as WSO2 IS expects. */
type HintForm = "signed" | "encrypted" | "claims";

export interface IdTokenHints {
  /** What the Logout button sends. */
  usual: HintForm;
  values: Partial<Record<HintForm, string>>;
}

/** The available forms of this login's ID Token. An encrypted one is sent neither as received, since the OP could not
 * read it, nor in the clear; an OP without a published encryption key gets the claims encrypted to its only key, as
 * WSO2 IS expects.
 * @throws {ProtocolError} `provider_unavailable` for an encrypted login when the OP's keys cannot be fetched */
export async function idTokenHints(
  { tokens, claims, iss }: LoginAtProvider,
  rp: RelyingParty,
): Promise<IdTokenHints> {
  const { idToken, encryptedIdToken } = tokens;
  if (!idToken) return { usual: "signed", values: {} };
  const wanted = encryptedIdToken ? agreedOn(encryptedIdToken) : { alg: "RSA-OAEP", enc: defaultMethod };
  const key = await encryptionKey(iss, wanted, encryptedIdToken !== undefined, rp);
  if (!key) return { usual: "signed", values: { signed: idToken } };
  const values = {
    signed: idToken,
    encrypted: await encryptTo(key, idToken, adapted(wanted, key), "JWT"),
    claims: await encryptTo(key, JSON.stringify(claims), adapted(wanted, key)),
  };
  if (!encryptedIdToken) return { usual: "signed", values };
  return { usual: key.use === "enc" ? "encrypted" : "claims", values };
}

/** The default hint. */
export async function usualHint(login: LoginAtProvider, rp: RelyingParty): Promise<string | undefined> {
  if (!login.tokens.encryptedIdToken) return login.tokens.idToken;
  const { usual, values } = await idTokenHints(login, rp);
  return values[usual];
}

/** The login has checked that these are the registered ones. */
const agreedOn = (encryptedIdToken: string): Encryption =>
  decodeProtectedHeader(encryptedIdToken) as unknown as Encryption;

/** The OP's encryption key; if it has none and one is needed, its only key. A signed hint needs no key, so it works while
 * the OP is down. */
async function encryptionKey(
  iss: string,
  { alg }: Encryption,
  needed: boolean,
  rp: RelyingParty,
): Promise<JWK | undefined> {
  const keys = await rp
    .trustedProvider(iss)
    ?.publishedKeys()
    .catch((error: unknown) => {
      if (needed) throw error;
      return [];
    });
  const usable = (keys ?? []).filter(({ kty, crv }) => kty === "RSA" || crv?.startsWith("P-"));
  const forEncryption = usable.filter(({ use }) => use === "enc");
  const candidates = forEncryption.length > 0 || !needed ? forEncryption : usable;
  return candidates.find(({ kty }) => kty === keyType(alg)) ?? candidates[0];
}

/** The algorithm of the login, unless the OP's key is of another type. */
function adapted({ alg, enc }: Encryption, { kty }: JWK): Encryption {
  if (keyType(alg) === kty) return { alg, enc };
  return { alg: kty === "EC" ? "ECDH-ES" : "RSA-OAEP", enc };
}
