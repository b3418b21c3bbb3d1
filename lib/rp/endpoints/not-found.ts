/** Every path that the app does not have. */
import { html } from "#lib/ui/html.ts";
import { type Endpoint, page } from "../http.ts";
import { baseUrlFor } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";
import { whoRow } from "../session/who-row.ts";

export const notFound: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const session = await readSession(request.headers.get("cookie"), rp).catch(() => undefined);
  const body = html`<section class="card"><h1>Page not found</h1><p>This app's start page is <a href="${base}/">${base}/</a>.</p></section>
${session?.login ? whoRow(session, base) : ""}`;
  return page(rp, base, { title: "Page not found", status: 404, body, hasForms: true });
};
