/** What an `id_token_hint` may be. */
import { decodeProtectedHeader } from "jose";
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";

/** Of the library's ID Tokens; missing in its types. */
export interface HintValidation {
  validate(jwt: string, client: unknown): Promise<unknown>;
}

/** RFC 8725 3.11, 3.12: a logout token has the signature, issuer and audience of an ID Token, and is none. The library
 * looks at those alone. */
export function refuseOtherTokensAsHints(provider: Provider): void {
  const idToken = provider.IdToken as unknown as HintValidation;
  const validate = idToken.validate;
  idToken.validate = (jwt, client) => {
    const { typ = "JWT" } = decodeProtectedHeader(jwt);
    if (typ.toUpperCase() === "JWT") return validate.call(idToken, jwt, client);
    throw new errors.InvalidRequest(`id_token_hint is not an ID Token but ${typ}`);
  };
}
