/** The tutorial's row, drawn in the same way on the apps' pages and in the documents of their endpoints. */
import { type Html, html } from "#lib/ui/html.ts";
import type { RpSession } from "../model.ts";

/** `ended`: this browser's session has ended; `out`: it never had one. */
export function userState(session: RpSession | undefined): "in" | "ended" | "out" {
  if (session?.login) return "in";
  return session?.ended ? "ended" : "out";
}

const badges = { ended: "logged out", out: "not logged in" };

/** It reads `null` when no user is logged in, the tutorial's criterion of success, and has the Logout button when one
 * is. Both are equally high: the row must not move when the session ends. */
export function whoRow(session: RpSession | undefined, base: string): Html {
  const state = userState(session);
  return html`<div class="who" data-user-state="${state}">
<p>Logged in user : <b id="logged-in-user">${session?.login?.sub ?? "null"}</b></p>
${state === "in" ? html`<form method="post" action="${base}/logout"><button class="btn btn-primary" type="submit">Logout</button></form>` : html`<span class="badge">${badges[state]}</span>`}
</div>`;
}
