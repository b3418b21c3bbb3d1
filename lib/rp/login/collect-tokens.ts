/** The tokens of a response type: from the authorization response, the token endpoint, or both. */
import type { AuthorizationResponse } from "#lib/oidc/authorization-response.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type IdTokenClaims, type VerifiedIdToken, verifyIdToken } from "#lib/oidc/id-token.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { requestTokens } from "#lib/oidc/token-request.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import { clientNamed } from "../clients.ts";
import { decryptionFor } from "../encryption-keys.ts";
import type { PendingLogin, Tokens } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { tokensFrom } from "./begin-session.ts";

interface Collected {
  claims: IdTokenClaims;
  verdicts: Verdict[];
  tokens: Tokens;
}

/** Takes the tokens of the response type from the front channel and, with a code, from the token endpoint. */
export async function collectTokens(
  response: AuthorizationResponse,
  pending: PendingLogin,
  provider: OpenIdProvider,
  rp: RelyingParty,
): Promise<Collected> {
  assertPromised(response, pending.responseType);
  const origin = { issuer: provider.issuer, clientId: pending.clientId, now: rp.now() };
  const front = response.id_token
    ? await verified(response.id_token, response, pending, provider, rp)
    : undefined;
  if (!pending.responseType.includes("code")) {
    if (!front) throw new Error("a response type without code and ID Token is never asked for");
    const received = { ...response, expires_in: Number(response.expires_in) };
    return withTokens(front, tokensFrom(received, origin, front.signed));
  }
  const tokens = await redeemCode(response.code as string, pending, provider, rp);
  if (!tokens.id_token)
    throw new ProtocolError(
      "invalid_id_token",
      "The token response has no ID Token. Does the Scope contain openid?",
    );
  const back = await verified(tokens.id_token, tokens, pending, provider, rp, false);
  if (front && front.claims.sub !== back.claims.sub) {
    throw new ProtocolError(
      "invalid_id_token",
      "The two ID Tokens of this hybrid flow name different users (Core 3.3.3.6).",
    );
  }
  const verdicts = [...provider.authenticationVerdicts(pending.clientId), ...back.verdicts];
  return withTokens({ ...back, verdicts }, tokensFrom(tokens, origin, back.signed));
}

const withTokens = ({ claims, verdicts }: VerifiedIdToken, tokens: Tokens): Collected => ({
  claims,
  verdicts,
  tokens,
});

const promised = { code: "code", id_token: "id_token", token: "access_token" } as const;

/** OAuth 2.0 Multiple Response Types 3 and 5: each word of the response type stands for a parameter. */
function assertPromised(response: AuthorizationResponse, responseType: string): void {
  for (const word of responseType.split(" ") as (keyof typeof promised)[]) {
    if (response[promised[word]]) continue;
    throw new ProtocolError(
      "invalid_request",
      `The authorization response has no ${promised[word]}, which ${responseType} requires.`,
    );
  }
}

async function verified(
  idToken: string,
  beside: { access_token?: string; code?: string },
  pending: PendingLogin,
  provider: OpenIdProvider,
  rp: RelyingParty,
  frontChannel = true,
) {
  return verifyIdToken(idToken, {
    issuer: provider.issuer,
    clientId: pending.clientId,
    alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG,
    keys: await rp.keysOf(provider),
    decryption: decryptionFor([await clientNamed(provider, pending.clientId, rp)], rp),
    nonce: pending.nonce,
    accessToken: beside.access_token,
    code: frontChannel ? beside.code : undefined,
    frontChannel,
    now: Math.floor(rp.now() / 1000),
  });
}

async function redeemCode(code: string, pending: PendingLogin, provider: OpenIdProvider, rp: RelyingParty) {
  const { clientId, clientSecret, redirectUri, codeVerifier } = pending;
  const choice = { clientId, clientSecret, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
  const configuration = await provider.configuration(choice, { token_endpoint: pending.tokenEndpoint });
  const parameters = {
    code,
    redirect_uri: redirectUri,
    ...(codeVerifier ? { code_verifier: codeVerifier } : {}),
  };
  const tokens = await requestTokens(configuration, "authorization_code", parameters);
  const refusedBasic = provider.refusedBasic(clientId);
  await rp.record({
    type: "token_request",
    data: { grantType: "authorization_code", clientId, refusedBasic },
  });
  return tokens;
}
