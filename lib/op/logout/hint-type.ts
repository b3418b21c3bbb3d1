/** Refuses tokens as `id_token_hint` that are not ID Tokens. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { foreignText } from "#lib/net/foreign-text.ts";

/** A method of the library's ID Tokens that its types do not list. */
export interface HintValidation {
  validate(jwt: string, client: unknown): Promise<unknown>;
}

/** RFC 8725 3.11, 3.12: a logout token and a signed UserInfo response have the signature, issuer and audience of an ID
 * Token, which is all the library checks. */
export function refuseOtherTokensAsHints(provider: Provider): void {
  const idToken = provider.IdToken as unknown as HintValidation;
  const validate = idToken.validate;
  idToken.validate = (jwt, client) => {
    const { typ = "JWT" }: { typ?: unknown } = decodeProtectedHeader(jwt);
    if (typeof typ !== "string" || typ.toUpperCase() !== "JWT")
      throw new errors.InvalidRequest(`id_token_hint is not an ID Token but ${foreignText(typ)}`);
    // The library sets no typ on UserInfo responses. Only our ID Tokens have a sid or, without a session, an at_hash.
    const { sid, at_hash } = decodeJwt(jwt);
    if (sid === undefined && at_hash === undefined)
      throw new errors.InvalidRequest("id_token_hint is not an ID Token: it has neither sid nor at_hash");
    return validate.call(idToken, jwt, client);
  };
}
