/** From the authorization response to the data of a session; each step may refuse it. */
import { type AuthorizationResponse, checkIssuer } from "#lib/oidc/authorization-response.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { PendingLogin } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import type { NewLogin } from "./begin-session.ts";
import { collectTokens } from "./collect-tokens.ts";

/** Validates the response and collects its tokens.
 * @throws {ProtocolError} `authorization_error` when the OP refuses, another code for everything else */
export async function completeLogin(
  response: AuthorizationResponse,
  pending: PendingLogin,
  rp: RelyingParty,
): Promise<NewLogin> {
  const provider = rp.trustedProvider(pending.issuer);
  if (!provider) throw new ProtocolError("endpoint_not_allowed", `${pending.issuer} is no longer trusted.`);
  const metadata = await provider.metadata();
  const announced = metadata.authorization_response_iss_parameter_supported === true;
  checkIssuer(response.iss, provider.issuer, announced);
  refuseError(response);
  const { state, binding, nonce, codeVerifier, issuer, clientSecret, browser, confirms, ...kept } = pending;
  return {
    ...kept,
    signedInBy: "form",
    ...(await collectTokens(response, pending, provider, rp)),
    ...(response.session_state ? { sessionState: response.session_state } : {}),
  };
}

/** Core 3.1.2.6 */
function refuseError({ error, error_description: description }: AuthorizationResponse): void {
  if (!error) return;
  const message = `The OpenID Provider answered ${error}${description ? `: ${description}` : ""}`;
  const help = "You or a policy of the OpenID Provider denied access. Start again to retry.";
  throw new ProtocolError("authorization_error", message, error === "access_denied" ? { help } : {});
}
