/** The pages of RP-Initiated Logout: asking, denying, done. */

import { raw } from "hono/html";
import type Provider from "oidc-provider";
import type { Configuration } from "oidc-provider";
import { type Html, html } from "#lib/ui/html.ts";
import { PageError } from "../edge.ts";
import { readForm } from "../forms.ts";
import { sidOf } from "../logout/end-session.ts";
import { type Context, type OpenIdProvider, type Surroundings, shortSid } from "../open-id-provider.ts";
import { PAGES } from "../paths.ts";
import { sendPage } from "./page.ts";

type LogoutFeature = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

/** Asks the user (RIL 2: the OP should ask, and must when it cannot tell who started the logout). */
export function renderLogoutConsent(op: Surroundings): NonNullable<LogoutFeature["logoutSource"]> {
  return async (ctx, form) => {
    const { session, client, provider } = ctx.oidc;
    const clientIds = Object.keys(session?.authorizations ?? {});
    const asking = client?.clientName ?? client?.clientId;
    op.log.info(`logout requested by ${client?.clientId ?? "no named client"} for ${session?.accountId}`);
    const body = html`
<section class="card">
  <h1>Do you want to log out?</h1>
  <p>${asking ? html`<b>${asking}</b> asks to log out <b>${session?.accountId}</b>.` : html`You are signed in as <b>${session?.accountId}</b>.`}</p>
  ${await participants(provider, clientIds)}
  ${raw(form)}
  <div class="row">
    <button class="btn btn-primary" form="op.logoutForm" name="logout" value="yes">Yes</button>
    <button class="btn" form="op.logoutForm" formaction="${PAGES.logoutDeny}">No</button>
  </div>
</section>`;
    sendPage(ctx, { title: "Log out", body });
  };
}

async function participants(provider: Provider, clientIds: string[]): Promise<Html> {
  if (clientIds.length === 0) return html`<p class="muted">No app has used this session.</p>`;
  const clients = await Promise.all(clientIds.map((clientId) => provider.Client.find(clientId)));
  return html`
  <div>
    <p>It ends for every app that this session reached:</p>
    <ul class="list-disc pl-6">${clients.map((client, index) => html`<li>${named(client?.clientName, clientIds[index])}</li>`)}</ul>
  </div>`;
}

const named = (name: string | undefined, clientId: string | undefined): Html =>
  name && name !== clientId ? html`<b>${name}</b> <code>${clientId}</code>` : html`<b>${clientId}</b>`;

/** "No": nothing ends and nobody is notified. The library's own answer to it would end the asking client's part. */
export async function denyLogout(op: OpenIdProvider, ctx: Context): Promise<void> {
  const form = await readForm(ctx);
  const session = await op.provider.Session.get(ctx);
  const { state } = session;
  if (!state?.secret || state.secret !== form.get("xsrf")) {
    throw new PageError(400, "This page is out of date.", "Begin the logout again from the app.");
  }
  session.state = undefined;
  await session.persist();
  op.log.info(`logout denied by ${session.accountId} (sid ${shortSid(sidOf(session))})`);
  if (typeof state.postLogoutRedirectUri !== "string") return sendStillSignedIn(op, ctx, session.accountId);
  ctx.status = 303;
  ctx.redirect(deniedUri(state.postLogoutRedirectUri, state.state));
}

/** As WSO2 IS answers the app when the user says no. */
function deniedUri(uri: string, state: unknown): string {
  const parameters = {
    error: "access_denied",
    error_description: "End User denied the logout request",
    ...(typeof state === "string" && { state }),
  };
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${uri}${uri.includes("?") ? "&" : "?"}${query.join("&")}`;
}

function sendStillSignedIn(op: OpenIdProvider, ctx: Context, user: string | undefined): void {
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
