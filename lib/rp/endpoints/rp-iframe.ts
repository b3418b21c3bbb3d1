/** GET /rpiframe: the RP iframe of Session Management 1.0, section 3.1. */
import { documentPolicy, html } from "#lib/ui/html.ts";
import { type Endpoint, page } from "../http.ts";
import { assertSwitchedOn } from "../mechanisms.ts";
import type { Login } from "../model.ts";
import { baseUrlFor } from "../relying-party.ts";
import { watchedSession } from "../session/watched-session.ts";

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
  const response = page(rp, base, { title: "Session", body, script: "rp/rp-iframe.js" });
  const frames = [opIframe.origin, new URL(login.authorizationEndpoint).origin, "'self'"].join(" ");
  response.headers.set("content-security-policy", `${documentPolicy("'self'")}; frame-src ${frames}`);
  return response;
};

/** WSO2 IS requires client_id and redirect_uri; other OPs ignore them. */
function opIframeUrl({ checkSessionIframe, clientId, redirectUri }: Login): URL {
  const url = new URL(checkSessionIframe);
  if (!url.searchParams.has("client_id")) url.searchParams.set("client_id", clientId);
  if (!url.searchParams.has("redirect_uri")) url.searchParams.set("redirect_uri", redirectUri);
  return url;
}
