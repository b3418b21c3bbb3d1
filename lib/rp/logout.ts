/** POST /logout: RP-initiated logout, by redirect or by a self-submitting form (RIL 2). */
import { randomState } from "openid-client";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { buildLogoutRequest, type LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Login, RpSession } from "#lib/store/types.ts";
import { endSession } from "./end-session.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther, selfSubmittingForm } from "./http.ts";
import { defaultChoice, type LogoutChoice, parseLogoutChoice } from "./logout-choice.ts";
import { baseUrlFor, type RelyingParty } from "./relying-party.ts";
import { readSession } from "./session-cookie.ts";

/** The session here lives on until the OP says that it ended: the user may still answer "No" there (RIL 2). */
export const logout: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const fields = await readForm(request);
  const session = await readSession(request.headers.get("cookie"), rp);
  const login = session?.login;
  if (!login) return seeOther(`${base}/`);
  if (!login.endSessionEndpoint) {
    await endSession(session, "reset", rp);
    return seeOther(`${base}/`);
  }
  const choice = fields.has("chosen") ? parseLogoutChoice(fields) : defaultChoice(login, base, randomState());
  const { method, url, fields: sent } = await requestLogout(session, login, choice, rp);
  if (method === "GET") return seeOther(url);
  return selfSubmittingForm(rp, base, { action: url, fields: sent, title: "Logging out …" });
};

async function requestLogout(
  { sessionId }: RpSession,
  login: Login,
  { method, sendHint, parameters }: LogoutChoice,
  rp: RelyingParty,
): Promise<LogoutRequest> {
  const record = (data: Record<string, unknown>) => rp.record({ type: "logout_request", sessionId, data });
  try {
    const provider = rp.trustedProvider(login.iss);
    if (!provider) throw new ProtocolError("endpoint_not_allowed", `${login.iss} is no longer trusted.`);
    provider.assertEndpoints({ end_session_endpoint: login.endSessionEndpoint });
    // A browser sent to an OP that is down shows an error of its own and loses the user: ask first.
    await provider.reach();
    const hint = sendHint ? login.tokens.idToken : undefined;
    const sent = { ...parameters, ...(hint ? { id_token_hint: hint } : {}) };
    const request = buildLogoutRequest(login.endSessionEndpoint, sent, method);
    if (sent.state) await rp.store.savePendingLogout({ state: sent.state, sessionId }, rp.now());
    await record({ method: request.method, parameters: Object.keys(sent), length: request.length });
    return request;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await record({ error: error.message });
    throw new ProtocolError(error.code, `You are still logged in. ${error.message}`, {
      help: "Try again when the OpenID Provider answers. Reset Session ends the session in this app only.",
      detail: error,
    });
  }
}
