/** GET and POST /oauth2client: the authorization response by query, by form_post, or by fragment. */
import { type AuthorizationResponse, parseAuthorizationResponse } from "#lib/oidc/authorization-response.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Endpoint, readForm, seeOther, selfSubmittingForm } from "../http.ts";
import { readBinding, usedLoginCookie } from "../login/authorization-request.ts";
import { beginSession } from "../login/begin-session.ts";
import { completeLogin } from "../login/complete-login.ts";
import type { PendingLogin } from "../model.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";
import { confirmSession } from "../session/confirm-session.ts";
import { readSession, sessionCookie } from "../session/session-cookie.ts";

export const callback: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const action = `${base}/oauth2client`;
  const posted = request.method === "POST";
  const parameters = posted ? await readForm(request, 256 * 1024) : new URL(request.url).searchParams;
  const response = parseAuthorizationResponse(parameters);
  if (!posted && Object.keys(response).length === 0) {
    return selfSubmittingForm(rp, base, { action, fields: [], title: "Signing in …", fromFragment: true });
  }
  const cookies = request.headers.get("cookie");
  const binding = readBinding(cookies, response.state ?? "", rp);
  if (posted && binding === undefined && !parameters.has("again")) {
    // A form_post from another site carries no SameSite=Lax cookies: our page posts the same form again, with them.
    const fields: [string, string][] = [...parameters, ["again", "1"]];
    return selfSubmittingForm(rp, base, { action, fields, title: "Signing in …" });
  }
  const session = await readSession(cookies, rp);
  await rp.record({
    type: "authorization_response",
    ...(session ? { sessionId: session.sessionId } : {}),
    data: { parameters: Object.keys(response) },
  });
  try {
    const pending = await takePending(response, binding, rp);
    const used = usedLoginCookie(pending.state, base, rp);
    if (pending.confirms)
      return await confirmSession(response, pending, pending.confirms, { base, used }, rp);
    const cookie = await logIn(response, pending, session?.sessionId, base, rp);
    return seeOther(`${base}/oauth2`, [cookie, used]);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await rp.record({ type: "sign_in_refused", data: { error: error.message, code: error.code } });
    throw error;
  }
};

/** Validates the response and begins the session.
 * @returns the session cookie to set */
async function logIn(
  response: AuthorizationResponse,
  pending: PendingLogin,
  formerId: string | undefined,
  base: string,
  rp: RelyingParty,
): Promise<string> {
  try {
    const login = await completeLogin(response, pending, rp);
    return await sessionCookie(await beginSession({ ...login, formerId }, rp), base, rp);
  } finally {
    await rp.store.forgetPendingLogin(pending.state);
  }
}

/** The request that this response answers. It is consumed only by the browser that made it. */
async function takePending(
  { state = "" }: AuthorizationResponse,
  binding: string | undefined,
  rp: RelyingParty,
): Promise<PendingLogin> {
  const waiting = await rp.store.readPendingLogin(state, rp.now());
  if (waiting && waiting.binding !== binding) {
    const message = "This sign-in was started in another browser, so it cannot finish in this one.";
    const help = "Start again from the app in this browser.";
    throw new ProtocolError("foreign_browser", message, { help });
  }
  const pending = waiting && (await rp.store.takePendingLogin(state, rp.now()));
  if (pending) return pending;
  const message = "This sign-in was not started here, has already finished, or took longer than 15 minutes.";
  const help =
    "Start again from the app. If the response belongs to another app, correct the Callback URL there.";
  throw new ProtocolError("unknown_state", message, { help });
}
