/** The ID Token as a hint that the OP can read (Core 3.1.2.1, RIL 2). */
import { decodeProtectedHeader, type JWK } from "jose";
import { defaultMethod, type Encryption, encryptTo, keyType } from "#lib/oidc/jwe.ts";
import type { Login } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** `signed`: as the OP signed it. `encrypted`: that, encrypted to the OP. `claims`: its claims alone, encrypted to the
 * OP, which is what WSO2 IS takes. */
export type HintForm = "signed" | "encrypted" | "claims";

export interface IdTokenHints {
  /** What the Logout button sends. */
  usual: HintForm;
  values: Partial<Record<HintForm, string>>;
}

/** The forms that can be had of this login's ID Token. One that came encrypted is neither sent as it came, which the
 * OP could not read, nor in the open; an OP that publishes no key for encryption gets the claims alone, as WSO2 IS has
 * it, for its only key.
 * @throws {ProtocolError} `provider_unavailable` for an encrypted login whose OP does not tell its keys */
export async function idTokenHints({ tokens, claims, iss }: Login, rp: RelyingParty): Promise<IdTokenHints> {
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

/** The hint that goes along unless somebody chooses another. */
export async function usualHint(login: Login, rp: RelyingParty): Promise<string | undefined> {
  if (!login.tokens.encryptedIdToken) return login.tokens.idToken;
  const { usual, values } = await idTokenHints(login, rp);
  return values[usual];
}

function agreedOn(encryptedIdToken: string): Encryption {
  const { alg, enc } = decodeProtectedHeader(encryptedIdToken);
  return { alg: String(alg), enc: String(enc) };
}

/** The OP's key for encryption; where it has none and one is needed, the one it has. An OP that is down takes nothing
 * away from a signed hint. */
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

/** As the login came, unless the OP's key is of the other family. */
function adapted({ alg, enc }: Encryption, { kty }: JWK): Encryption {
  if (keyType(alg) === kty) return { alg, enc };
  return { alg: kty === "EC" ? "ECDH-ES" : "RSA-OAEP", enc };
}
