/** The view of the sessions page. */
import { type Html, html } from "#lib/ui/html.ts";
import { pagePaths } from "../paths.ts";
import { type StoredSession, sidOf } from "../store/stored-session.ts";
import { type Deliveries, deliveriesCard } from "./deliveries-view.ts";
import { time } from "./page.ts";

interface SessionsView {
  user: string;
  /** The `uid` of this browser's session. */
  ownUid: string;
  sessions: readonly StoredSession[];
  /** For administrators only. */
  deliveries: Deliveries | undefined;
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
