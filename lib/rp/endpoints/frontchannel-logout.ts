/** GET /fclogout: Front-Channel Logout 1.0, section 2. The OP frames it, mostly without our cookies. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { show } from "#lib/oidc/verdict.ts";
import { documentPolicy, html } from "#lib/ui/html.ts";
import { endedEvents } from "../events.ts";
import { type Endpoint, page, retriable } from "../http.ts";
import { whyUnmatched } from "../logout/unmatched.ts";
import { assertSwitchedOn } from "../mechanisms.ts";
import type { EndedSession, SessionEnd } from "../model.ts";
import { canonicalBaseUrl, type RelyingParty } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";

/** The request is unsigned, so it only ends sessions: it revokes no token. */
export const frontchannelLogout: Endpoint = async (request, rp) => {
  try {
    await assertSwitchedOn("front-channel", rp);
    const end = { by: "front-channel" as const, at: rp.now() };
    const { ended, warning } = await endNamed(request, end, rp);
    const data = { sessions: ended.length, ...(warning ? { warning } : {}) };
    // Anyone may send a request that ends no session: it gets an event type of its own, so that it cannot push the others out.
    const type = ended.length > 0 ? "frontchannel_logout" : "frontchannel_logout_unverified";
    await rp.record({ type, data }, ...endedEvents(ended, end));
    const outcome = ended.length > 0 ? "Logged out." : "No session ended.";
    return answer(rp, 200, [outcome, warning].filter(Boolean).join(" "));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const data = { error: error.message, code: error.code };
    await rp.record({ type: "frontchannel_logout_unverified", data });
    return answer(rp, error.status, [error.message, error.help].filter(Boolean).join(" "));
  }
};

/** Ends the session with this `iss` and `sid`, found without a cookie. A request with neither ends the session of the
 * cookie, but only where the setting allows it: any site's link can be such a request. One that matches no session ends
 * none. */
async function endNamed(
  request: Request,
  end: SessionEnd,
  rp: RelyingParty,
): Promise<{ ended: EndedSession[]; warning?: string | undefined }> {
  const { searchParams } = new URL(request.url);
  const [iss, sid] = [searchParams.get("iss"), searchParams.get("sid")];
  const own = await readSession(request.headers.get("cookie"), rp);
  if (iss === null && sid === null) {
    if (rp.config.FRONTCHANNEL_LOGOUT_SESSION_REQUIRED)
      throw new ProtocolError("invalid_request", bothRequired);
    const ended = own && (await rp.store.endSession(own.sessionId, end));
    return { ended: ended ? [ended] : [] };
  }
  if (iss === null || !sid) {
    const present = iss === null ? "sid but no iss" : "iss but no sid";
    throw new ProtocolError("invalid_request", `This front-channel logout request has ${present} (FCL 2).`);
  }
  if (!rp.trustedProvider(iss)) {
    throw new ProtocolError(
      "invalid_request",
      `The issuer of this front-channel logout, ${show(iss)}, is not trusted.`,
    );
  }
  const ended = await rp.store.endBySid(iss, sid, end);
  if (ended.length > 0) return { ended };
  if (own?.login?.iss === iss && !own.login.sid) {
    const byCookie = await rp.store.endSession(own.sessionId, { ...end, detail: endedByCookie });
    return { ended: byCookie ? [byCookie] : [], warning: endedByCookie };
  }
  if (own?.login) {
    throw new ProtocolError(
      "invalid_request",
      "The front-channel logout is not for the session of this browser.",
    );
  }
  return { ended, warning: whyUnmatched({ sid }, await rp.store.listLogins({ iss }, rp.now())) };
}

const bothRequired =
  "This front-channel logout request has no iss and sid, but this app's client requires them (frontchannel_logout_session_required). Where the OpenID Provider cannot send them, set FRONTCHANNEL_LOGOUT_SESSION_REQUIRED=false.";

const endedByCookie =
  "The ID Token of this browser's session had no sid, so no request can match it: it ended because the request came with its cookie.";

/** A small document that only a trusted OP may frame. */
function answer(rp: RelyingParty, status: number, text: string): Response {
  const body = html`<section class="card"><h1>Front-channel logout</h1><p>${text}</p></section>`;
  const response = page(rp, canonicalBaseUrl(rp), { title: "Front-channel logout", status, body });
  const origins = rp.trustedProviders.map(({ issuer }) => new URL(issuer).origin);
  response.headers.set("content-security-policy", documentPolicy([...new Set(origins)].join(" ")));
  return retriable(response);
}
