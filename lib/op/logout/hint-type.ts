/** What an `id_token_hint` may be. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";

/** Of the library's ID Tokens; missing in its types. */
export interface HintValidation {
  validate(jwt: string, client: unknown): Promise<unknown>;
}

/** RFC 8725 3.11, 3.12: a logout token and a signed UserInfo response have the signature, issuer and audience of an ID
 * Token, and are none. The library looks at those alone. */
export function refuseOtherTokensAsHints(provider: Provider): void {
  const idToken = provider.IdToken as unknown as HintValidation;
  const validate = idToken.validate;
  idToken.validate = (jwt, client) => {
    const { typ = "JWT" } = decodeProtectedHeader(jwt);
    if (typ.toUpperCase() !== "JWT")
      throw new errors.InvalidRequest(`id_token_hint is not an ID Token but ${typ}`);
    // The library types no UserInfo response. Only our ID Tokens name a session or, without one, an access token.
    const { sid, at_hash } = decodeJwt(jwt);
    if (sid === undefined && at_hash === undefined)
      throw new errors.InvalidRequest("id_token_hint is not an ID Token: it has neither sid nor at_hash");
    return validate.call(idToken, jwt, client);
  };
}
