/** The question of RP-Initiated Logout. */

import { raw } from "hono/html";
import type Provider from "oidc-provider";
import type { Configuration, UnknownObject } from "oidc-provider";
import { foreignText } from "#lib/net/foreign-text.ts";
import { type Html, html } from "#lib/ui/html.ts";
import { type ClaimedHint, claimedHint } from "../logout/encrypted-hint.ts";
import { isEverywhere, sessionsOf } from "../logout/everywhere.ts";
import { isConsentSkipped } from "../logout/logout-consent.ts";
import type { Context, Surroundings } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";
import { shortSid } from "../session-id.ts";
import { sidOf } from "../store/stored-session.ts";
import { subjectAt } from "../subject.ts";
import { completeLogout } from "./logout-outcome.ts";
import { sendPage } from "./page.ts";

type LogoutFeature = NonNullable<NonNullable<Configuration["features"]>["rpInitiatedLogout"]>;

type Session = Context["oidc"]["session"];

type Client = Context["oidc"]["client"];

type Hint = UnknownObject | ClaimedHint;

/** Asks the user, or logs out without asking. RIL 2: the OP should ask, and must unless the user started it. */
export function renderLogoutConsent(op: Surroundings): NonNullable<LogoutFeature["logoutSource"]> {
  return async (ctx, form) => {
    const { session, client, provider, entities } = ctx.oidc;
    const hint = entities.IdTokenHint?.payload ?? claimedHint(ctx);
    op.log.info(`logout requested by ${client?.clientId ?? "no named client"} for ${session?.accountId}`);
    if (isConsentSkipped(op, ctx)) return logOutUnasked(op, ctx);
    const everywhere = isEverywhere(ctx);
    if (everywhere && session?.state) session.state.everywhere = true; // read when this page's "Yes" arrives
    const body = html`
<section class="card">
  <h1>Do you want to log out${everywhere ? " everywhere" : ""}?</h1>
  <p>${request(op, client, hint, session)}</p>
  ${everywhere ? await allSessions(op, provider, session) : await thisSession(provider, session)}
  ${raw(form)}
  <div class="row">
    <button class="btn btn-primary" form="op.logoutForm" name="logout" value="yes">Yes</button>
    <button class="btn" form="op.logoutForm" formaction="${pagePaths.logoutDeny}">No</button>
  </div>
</section>`;
    sendPage(ctx, { title: "Log out", body });
  };
}

/** Does what "Yes" does, without a self-submitting page. */
export async function logOutUnasked(op: Surroundings, ctx: Context): Promise<void> {
  const { provider, session } = ctx.oidc;
  if (!session?.state) throw new Error("a logout request without a session");
  op.log.info(`logout of ${session.accountId} (sid ${shortSid(sidOf(session))}) without asking`);
  await completeLogout({ ...op, provider }, ctx, session, session.state);
  await session.destroy(); // or the library would save it again
}

/** Which app wants to log out which user. The library does not compare the hint with this browser's session; if they
 * differ, the user must be asked (RIL 2) and must see the difference. */
function request({ keys }: Surroundings, client: Client, hint: Hint | undefined, session: Session): Html {
  const user = session?.accountId;
  if (!client) return html`You are signed in as <b>${user}</b>.`;
  const sub = user && subjectAt(keys, client, user);
  const asks = html`<b>${client.clientName ?? client.clientId}</b> asks to log out`;
  if (hint && hint.sub !== sub) {
    const other = client.subjectType === "pairwise" ? "another user" : html`<b>${foreignText(hint.sub)}</b>`;
    return html`${asks} ${other}, but you are signed in as <b>${user}</b>.`;
  }
  if (hint?.sid && hint.sid !== sidOf(session ?? {})) {
    return html`${asks} <b>${user}</b>, but from a different session.`;
  }
  return html`${asks} <b>${user}</b>.`;
}

async function thisSession(provider: Provider, session: Session): Promise<Html> {
  const clientIds = Object.keys(session?.authorizations ?? {});
  if (clientIds.length === 0) return html`<p class="muted">No app has used this session.</p>`;
  return html`
  <div>
    <p>This ends the session in every app that used it:</p>
    ${await apps(provider, clientIds)}
  </div>`;
}

async function allSessions(op: Surroundings, provider: Provider, session: Session): Promise<Html> {
  const sessions = sessionsOf(op.store, session?.accountId);
  const clientIds = new Set(sessions.flatMap(({ authorizations }) => Object.keys(authorizations ?? {})));
  const user = html`<b>${session?.accountId}</b>`;
  return html`
  <div>
    <p>${
      sessions.length === 1
        ? html`${user} has one session at this OpenID Provider, in this browser. It ends in every app that used it:`
        : html`${user} has ${sessions.length} sessions at this OpenID Provider, including this browser's. All of them end, in every app that used them:`
    }</p>
    ${clientIds.size === 0 ? html`<p class="muted">No app has used ${sessions.length === 1 ? "it" : "them"}.</p>` : await apps(provider, [...clientIds])}
  </div>`;
}

async function apps(provider: Provider, clientIds: string[]): Promise<Html> {
  const clients = await Promise.all(clientIds.map((clientId) => provider.Client.find(clientId)));
  return html`<ul class="list-disc pt-2 pl-6">${clients.map((client, index) => html`<li>${named(client?.clientName, clientIds[index])}</li>`)}</ul>`;
}

const named = (name: string | undefined, clientId: string | undefined): Html =>
  name && name !== clientId ? html`<b>${name}</b> <code>${clientId}</code>` : html`<b>${clientId}</b>`;
