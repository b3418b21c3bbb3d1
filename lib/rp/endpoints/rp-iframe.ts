/** GET /rpiframe and /rpiframe/silent: the RP iframe of Session Management 1.0, section 3.1. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { documentPolicy, html } from "#lib/ui/html.ts";
import { type Endpoint, page } from "../http.ts";
import { requestConfirmation } from "../login/authorization-request.ts";
import { FormError } from "../login/authorize-form.ts";
import { assertSwitchedOn } from "../mechanisms.ts";
import type { Login } from "../model.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";
import { tellFrame } from "../session/confirm-session.ts";
import { readSession } from "../session/session-cookie.ts";

/** The document that holds the OP iframe and talks to it; only a page of ours may frame it. */
export const rpIframe: Endpoint = async (request, rp) => {
  await assertSwitchedOn("session-management", rp);
  const base = baseUrlFor(request.headers, rp);
  const { login } = await watchedSession(request, rp);
  const opIframe = opIframeUrl(login);
  const body = html`<iframe id="opIframe" hidden title="OpenID Provider"></iframe>
<div id="rpIframe" data-op-iframe="${opIframe.href}" data-op-origin="${opIframe.origin}" data-client-id="${login.clientId}"
data-session-state="${login.sessionState}" data-interval="${rp.config.SESSION_POLL_INTERVAL * 1000}"
data-silent="${base}/rpiframe/silent"></div>`;
  const response = page(rp, base, { title: "Session", body, script: "rp-iframe.js" });
  const frames = [opIframe.origin, new URL(login.authorizationEndpoint).origin, "'self'"].join(" ");
  response.headers.set("content-security-policy", `${documentPolicy("'self'")}; frame-src ${frames}`);
  return response;
};

/** Leads a hidden frame through the OP with `prompt=none`; its callback tells what came of it, and where there is
 * none because no request can be made, this does. */
export const silentRequest: Endpoint = async (request, rp) => {
  await assertSwitchedOn("session-management", rp);
  const base = baseUrlFor(request.headers, rp);
  const cookies = request.headers.get("cookie");
  const { login, sessionId } = await watchedSession(request, rp);
  const provider = rp.trustedProvider(login.iss);
  if (!provider) throw new ProtocolError("endpoint_not_allowed", `${login.iss} is no longer trusted.`);
  try {
    return await requestConfirmation(login, provider, { sessionId, base, cookies }, rp);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return tellFrame({ confirmation: "failed", reason }, sessionId, base, rp);
  }
};

function reasonOf(error: unknown): string | undefined {
  if (error instanceof FormError) return Object.values(error.errors).join(" ");
  return error instanceof ProtocolError ? error.message : undefined;
}

/** A session that the OP can be asked about: its login brought a `session_state`, and the form named the OP iframe. */
export const canBeWatched = (login: Login | undefined): login is Login & { sessionState: string } =>
  Boolean(login?.sessionState && login.checkSessionIframe);

async function watchedSession(request: Request, rp: RelyingParty) {
  const session = await readSession(request.headers.get("cookie"), rp);
  if (session && canBeWatched(session.login)) return { sessionId: session.sessionId, login: session.login };
  throw new ProtocolError("invalid_request", "There is no session here that can be watched.");
}

/** WSO2 IS wants to know who asks; other OPs ignore it. */
function opIframeUrl({ checkSessionIframe, clientId, redirectUri }: Login): URL {
  const url = new URL(checkSessionIframe);
  if (!url.searchParams.has("client_id")) url.searchParams.set("client_id", clientId);
  if (!url.searchParams.has("redirect_uri")) url.searchParams.set("redirect_uri", redirectUri);
  return url;
}
