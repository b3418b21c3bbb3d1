/** How a logout ends: the sessions that end, and where the browser goes next. */
import type { Configuration, UnknownObject } from "oidc-provider";
import { type Html, html } from "#lib/ui/html.ts";
import { showBrowserState } from "../logout/browser-state.ts";
import { endSession } from "../logout/end-session.ts";
import { endEverywhere } from "../logout/everywhere.ts";
import { withParameters } from "../logout/registered-address.ts";
import { type Context, type OpenIdProvider, type Surroundings, sessionCookie } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";
import { goOnAfterLogout } from "./frontchannel-logout.ts";
import { sendPage } from "./page.ts";

type LogoutFeature = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

export type Session = Awaited<ReturnType<OpenIdProvider["provider"]["Session"]["get"]>>;

/** Ends the session or all of the user's, notifies every app, and continues to the requested URI. The library would
 * notify the clients first and end the session last: an app that joined in between would never be notified. */
export async function completeLogout(
  op: OpenIdProvider,
  ctx: Context,
  session: Session,
  request: UnknownObject,
): Promise<void> {
  const participants = request.everywhere
    ? await endEverywhere(op, session)
    : await endSession(op, session.uid, "logout");
  ctx.cookies.set(op.provider.cookieName("session"), null, sessionCookie(op));
  showBrowserState(op, ctx, session);
  await goOnAfterLogout(op, ctx, participants, confirmedUri(op, request));
}

/** RIL 3: the registered URI with the `state` of the request; without one, the page that confirms the logout. */
function confirmedUri(op: OpenIdProvider, { postLogoutRedirectUri, state }: UnknownObject): string {
  if (typeof postLogoutRedirectUri !== "string") return `${op.origin}${pagePaths.loggedOut}`;
  return withParameters(postLogoutRedirectUri, typeof state === "string" ? { state } : {});
}

/** After "No" to a request without a `post_logout_redirect_uri`. */
export function sendStillSignedIn(op: OpenIdProvider, ctx: Context, user: string | undefined): void {
  const body = html`
<section class="card">
  <h1>You are still signed in</h1>
  <p>No session was ended: <b>${user}</b> stays signed in here and at every app.</p>
  ${ways(op)}
</section>`;
  sendPage(ctx, { title: "Still signed in", body });
}

/** After a logout without a `post_logout_redirect_uri`. */
export function renderLoggedOut(op: Surroundings): NonNullable<LogoutFeature["postLogoutSuccessSource"]> {
  return (ctx) => {
    const body = html`
<section class="card">
  <h1>You have successfully logged out</h1>
  <p>You no longer have a session at this OpenID Provider.</p>
  ${ways(op)}
</section>`;
    sendPage(ctx, { title: "Logged out", body });
  };
}

const ways = (op: Pick<OpenIdProvider, "config">): Html => html`
  <div class="row">
    <a class="btn btn-primary" href="${op.config.OP_FRONT_DOOR}/">Back to the apps</a>
    <a class="btn" href="${pagePaths.sessions}">Sessions</a>
  </div>`;
