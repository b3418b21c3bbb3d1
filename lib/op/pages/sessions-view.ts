/** The view of the sessions page. */
import { type Html, html } from "#lib/ui/html.ts";
import type { Delivery } from "../logout/delivery-log.ts";
import { sidOf } from "../logout/end-session.ts";
import { pagePaths } from "../paths.ts";
import type { StoredSession } from "../store/op-store.ts";

interface SessionsView {
  user: string;
  /** The `uid` of this browser's session. */
  ownUid: string;
  sessions: readonly StoredSession[];
  /** For administrators only. */
  deliveries: readonly Delivery[] | undefined;
  token: Html;
}

export function sessionsView(view: SessionsView): Html {
  const { user, sessions, deliveries } = view;
  return html`
<div class="flex flex-col gap-1">
  <h1>Sessions</h1>
  <p class="muted">Signed in as <b>${user}</b>${deliveries ? ", an administrator, who sees the sessions of all users and can end them" : ""}.
    Ending a session notifies every app that used it, by back-channel logout.</p>
</div>
${sessions.map((session) => sessionCard(view, session))}
${deliveries ? deliveriesCard(deliveries) : ""}`;
}

function sessionCard({ ownUid, token }: SessionsView, session: StoredSession): Html {
  const { uid, accountId, loginTs = 0, authorizations = {} } = session;
  const apps = Object.entries(authorizations);
  return html`
<section class="card" data-session="${accountId}" data-sid="${sidOf(session) ?? ""}">
  <div class="row justify-between">
    <h2>${accountId} ${uid === ownUid ? html`<span class="badge badge-ok">this browser</span>` : ""}</h2>
    <form method="post" action="${pagePaths.sessionsEnd}">
      ${token}<input type="hidden" name="uid" value="${uid}">
      <button class="btn btn-danger btn-small">End session</button>
    </form>
  </div>
  <p class="muted">Started ${time(new Date(loginTs * 1000))}</p>
  ${apps.length === 0 ? html`<p>No app has used this session.</p>` : appsTable(apps)}
</section>`;
}

const appsTable = (apps: [string, { sid?: string | undefined }][]): Html => html`
  <div class="overflow-x-auto"><table class="grid-table">
    <thead><tr><th>App</th><th>sid</th></tr></thead>
    <tbody>${apps.map(([clientId, { sid }]) => html`<tr><td>${clientId}</td><td class="mono">${sid}</td></tr>`)}</tbody>
  </table></div>`;

function deliveriesCard(deliveries: readonly Delivery[]): Html {
  return html`
<section class="card" id="deliveries">
  <h2>Back-channel deliveries</h2>
  ${
    deliveries.length === 0
      ? html`<p class="muted">None since this process started.</p>`
      : html`<ol class="flex flex-col">${deliveries.map(deliveryItem)}</ol>`
  }
</section>`;
}

const deliveryItem = ({ at, clientId, uri, status, error, ms }: Delivery): Html => html`
<li class="flex flex-col gap-1 border-t border-line py-3" data-client="${clientId}" data-at="${at.toISOString()}" data-error="${error ?? ""}">
  <div class="row gap-y-1">
    <span class="badge ${error ? "badge-bad" : "badge-ok"}">${status ?? "no answer"}</span>
    <b>${clientId}</b>
    <span class="muted">${time(at)}, ${ms} ms</span>
  </div>
  <span class="mono text-muted">${uri}</span>
  ${error ? html`<span class="text-sm">${error}</span>` : ""}
</li>`;

const time = (at: Date): Html =>
  html`<time datetime="${at.toISOString()}">${at.toLocaleString("sv-SE", { timeStyle: "medium", dateStyle: "short" })}</time>`;
