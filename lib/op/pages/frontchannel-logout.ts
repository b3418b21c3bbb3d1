/** The page after a logout through which the browser notifies the apps (FCL 3). */
import { type Html, html } from "#lib/ui/html.ts";
import { type LogoutFrame, logoutFrames } from "../logout/frontchannel-logout.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import type { Participant } from "../store/stored-session.ts";
import { sendPage } from "./page.ts";

/** Continues to `uri`, through the page with the frames if an app of the ended session has one. */
export async function goOnAfterLogout(
  op: OpenIdProvider,
  ctx: Context,
  participants: Participant[],
  uri: string,
): Promise<void> {
  const frames = await logoutFrames(op, participants);
  if (frames.length > 0) return sendFrames(ctx, frames, uri);
  ctx.status = 303;
  ctx.redirect(uri);
}

/** Without its script the page still loads the frames, and the user presses "Continue". */
function sendFrames(ctx: Context, frames: LogoutFrame[], uri: string): void {
  const body = html`
<section class="card" id="frontchannel-logout">
  <h1>Logging out of your apps</h1>
  <p id="frontchannel-waiting" role="status">Your browser is notifying the apps. This page continues automatically.</p>
  <div class="note note-warn" id="frontchannel-unanswered" role="alert" hidden>
    <p>Not every app has answered. You may still be signed in at:</p>
    <ul class="list-disc pl-6">${frames.map(({ app }) => html`<li hidden><b>${app}</b></li>`)}</ul>
  </div>
  <div class="row"><a class="btn btn-primary" id="frontchannel-continue" href="${uri}">Continue</a></div>
  ${frames.map(frameOf)}
</section>`;
  const origins = new Set(frames.map(({ src }) => new URL(src).origin));
  sendPage(ctx, { title: "Logged out", body, script: "op/frontchannel-logout.js", frames: [...origins] });
}

const frameOf = ({ app, src }: LogoutFrame): Html =>
  html`<iframe hidden title="Logout of ${app}" src="${src}"></iframe>`;
