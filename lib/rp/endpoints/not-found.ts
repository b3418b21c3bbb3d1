/** Every path that the app does not have. */
import { html } from "#lib/ui/html.ts";
import { type Endpoint, page } from "../http.ts";
import { baseUrlFor } from "../relying-party.ts";

export const notFound: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  const body = html`<section class="card"><h1>There is no such page</h1><p>This app answers below <a href="${base}/">${base}/</a>.</p></section>`;
  return page(rp, base, { title: "Not found", status: 404, body });
};
