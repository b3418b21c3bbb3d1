/** POST /logout: RP-initiated logout, by redirect or by a self-submitting form (RIL 2). */
import { randomState } from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { buildLogoutRequest } from "#lib/oidc/logout-request.ts";
import type { RpSession } from "#lib/store/types.ts";
import { endSession } from "./end-session.ts";
import { assertSameOrigin, type Endpoint, seeOther, selfSubmittingForm } from "./http.ts";
import { baseUrlFor, type RelyingParty } from "./relying-party.ts";
import { readSession } from "./session-cookie.ts";

/** The session here lives on until the OP says that it ended: the user may still answer "No" there (RIL 2). */
export const logout: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const session = await readSession(request.headers.get("cookie"), rp);
  if (!session?.login) return seeOther(`${base}/`);
  if (!session.login.endSessionEndpoint) {
    await endSession(session, "reset", rp);
    return seeOther(`${base}/`);
  }
  try {
    const { method, url, fields } = await requestLogout(session, base, rp);
    await rp.record({
      type: "logout_request",
      sessionId: session.sessionId,
      data: { method, clientId: session.login.clientId },
    });
    if (method === "GET") return seeOther(url);
    return selfSubmittingForm(rp, base, { action: url, fields, title: "Logging out …" });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await rp.record({ type: "logout_request", sessionId: session.sessionId, data: { error: error.message } });
    throw new ProtocolError(error.code, `You are still logged in. ${error.message}`, {
      help: "Try again when the OpenID Provider answers. Reset Session ends the session in this app only.",
      detail: error,
    });
  }
};

async function requestLogout({ sessionId, login }: RpSession, base: string, rp: RelyingParty) {
  if (!login) throw new Error("only a session with a login is logged out");
  const provider = rp.trustedProvider(login.iss);
  if (!provider) throw new ProtocolError("endpoint_not_allowed", `${login.iss} is no longer trusted.`);
  // A browser sent to an OP that is down shows an error of its own and loses the user: ask first.
  await provider.reach();
  const choice = { clientId: login.clientId, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
  const configuration = await provider.configuration(choice, {
    end_session_endpoint: login.endSessionEndpoint,
  });
  const state = randomState();
  await rp.store.savePendingLogout({ state, sessionId }, rp.now());
  return buildLogoutRequest(configuration, {
    id_token_hint: login.tokens.idToken,
    post_logout_redirect_uri: `${base}/logout`,
    state,
  });
}
