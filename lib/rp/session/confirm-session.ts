/** The response to a request with `prompt=none`: is the same user still signed in at the OP? (SM 3.1) */
import type { AuthorizationResponse } from "#lib/oidc/authorization-response.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { sidOf } from "#lib/oidc/id-token.ts";
import { html } from "#lib/ui/html.ts";
import { page } from "../http.ts";
import { completeLogin } from "../login/complete-login.ts";
import { endSession } from "../logout/end-session.ts";
import type { Confirmation, EndedBy, PendingLogin } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** Errors that mean that no user is signed in, or none that may be (Core 3.1.2.6). Any other error proves nothing. */
const notSignedIn = [
  "login_required",
  "interaction_required",
  "account_selection_required",
  "consent_required",
];

/** Keeps, renews or ends the session, and reports to the frame that asked. */
export async function confirmSession(
  response: AuthorizationResponse,
  pending: PendingLogin,
  sessionId: string,
  { base, used }: { base: string; used: string },
  rp: RelyingParty,
): Promise<Response> {
  const {
    result,
    by = "session-management",
    why,
  } = await confirm(response, pending, sessionId, rp).finally(() =>
    rp.store.forgetPendingLogin(pending.state),
  );
  const answer = await answerFrame(result, sessionId, base, rp);
  if (result.confirmation === "ended") await endSession({ sessionId }, by, rp, why);
  answer.headers.append("set-cookie", used);
  return answer;
}

/** The document that passes the outcome to the RP iframe around it. */
export async function answerFrame(
  result: Confirmation,
  sessionId: string,
  base: string,
  rp: RelyingParty,
): Promise<Response> {
  await rp.record({ type: "session_confirmed", sessionId, data: { ...result } });
  const body = html`<p data-confirmation="${JSON.stringify(result)}">${result.confirmation}</p>`;
  return page(rp, base, { title: "Session", body, script: "rp/confirmation.js", frameAncestors: "'self'" });
}

interface Confirmed {
  result: Confirmation;
  /** What ended the session, if not session management itself. */
  by?: EndedBy;
  /** Why the session ends. */
  why?: string;
}

async function confirm(
  response: AuthorizationResponse,
  pending: PendingLogin,
  sessionId: string,
  rp: RelyingParty,
): Promise<Confirmed> {
  try {
    const { startedAt, ...login } = await completeLogin(response, pending, rp);
    const { login: current } = (await rp.store.readSession(sessionId, rp.now())) ?? {};
    if (!current) return { result: { confirmation: "ended" } };
    const { iss, sub } = login.claims;
    const sid = sidOf(login.claims);
    const { signedInBy } = current;
    const { refreshToken } = current.tokens; // a silent request returns none
    const tokens = { ...(refreshToken ? { refreshToken } : {}), ...login.tokens };
    const renewed = { ...current, ...login, signedInBy, tokens, iss, sub, ...(sid ? { sid } : {}) };
    const renewal = await rp.store.renewLogin(sessionId, renewed, startedAt);
    if (renewal === "renewed")
      return { result: { confirmation: "renewed", sessionState: renewed.sessionState ?? "" } };
    const other = iss !== current.iss || sub !== current.sub;
    return {
      result: { confirmation: "ended" },
      ...(renewal === "no-session" ? {} : { by: renewal.by }),
      ...(other ? { why: `${sub} is now signed in at the OpenID Provider.` } : {}),
    };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (error.code !== "authorization_error" || !notSignedIn.includes(response.error ?? "")) {
      return { result: { confirmation: "failed", reason: error.message } };
    }
    return { result: { confirmation: "ended" }, why: error.message };
  }
}
