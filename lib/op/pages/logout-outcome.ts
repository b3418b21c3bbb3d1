/** How a logout ends: what is taken away, and where the browser goes then. */
import type { Configuration, UnknownObject } from "oidc-provider";
import { type Html, html } from "#lib/ui/html.ts";
import { showBrowserState } from "../logout/browser-state.ts";
import { endSession } from "../logout/end-session.ts";
import { endEverywhere } from "../logout/everywhere.ts";
import { withParameters } from "../logout/registered-address.ts";
import { type Context, type OpenIdProvider, type Surroundings, sessionCookie } from "../open-id-provider.ts";
import { PAGES } from "../paths.ts";
import { goOnAfterLogout } from "./frontchannel-logout.ts";
import { sendPage } from "./page.ts";

type LogoutFeature = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

export type Session = Awaited<ReturnType<OpenIdProvider["provider"]["Session"]["get"]>>;

/** Ends the session, or all of the user's, has every app told, and goes on to where the request wants. In place of the
 * library's way, which notifies the clients first and ends the session last: an app that joined in between would never
 * hear of it. */
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

/** RIL 3: the registered address with the `state` of the request; without an address, the page that says it is done. */
function confirmedUri(op: OpenIdProvider, { postLogoutRedirectUri, state }: UnknownObject): string {
  if (typeof postLogoutRedirectUri !== "string") return `${op.origin}${PAGES.loggedOut}`;
  return withParameters(postLogoutRedirectUri, typeof state === "string" ? { state } : {});
}

/** After "No", where no app is named to go back to. */
export function sendStillSignedIn(op: OpenIdProvider, ctx: Context, user: string | undefined): void {
  const body = html`
<section class="card">
  <h1>You are still signed in</h1>
  <p>Nothing was ended: <b>${user}</b> stays signed in, here and at every app.</p>
  ${ways(op)}
</section>`;
  sendPage(ctx, { title: "Still signed in", body });
}

/** The end of a logout that names no page of an app. */
export function renderLoggedOut(op: Surroundings): NonNullable<LogoutFeature["postLogoutSuccessSource"]> {
  return (ctx) => {
    const body = html`
<section class="card">
  <h1>You have successfully logged out</h1>
  <p>There is no session of yours at this OpenID Provider any more.</p>
  ${ways(op)}
</section>`;
    sendPage(ctx, { title: "Logged out", body });
  };
}

const ways = (op: Pick<OpenIdProvider, "config">): Html => html`
  <div class="row">
    <a class="btn btn-primary" href="${op.config.OP_FRONT_DOOR}/">To the apps</a>
    <a class="btn" href="${PAGES.sessions}">Sessions</a>
  </div>`;
