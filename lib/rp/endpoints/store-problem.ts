/** What a page answers while the session store cannot be read. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { html } from "#lib/ui/html.ts";
import { page, respond, retriable } from "../http.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";

const reloadSeconds = "5";

/** 503 with the reason, in a document that reloads itself; undefined while the store can be read. */
export async function storeProblem(request: Request, rp: RelyingParty): Promise<Response | undefined> {
  try {
    await rp.store.readSession("", rp.now()); // any read: settings are kept in memory
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return respond(request, rp, async () => {
      const body = html`<section class="card" role="alert">
<h1>The session store does not answer</h1>
<p>${error.message} ${error.help}</p>
<p>This app cannot tell who is logged in, but no session has ended. This page reloads until the store is back.</p>
</section>`;
      const title = "The session store does not answer";
      const response = page(rp, baseUrlFor(request.headers, rp), { title, body, status: error.status });
      response.headers.set("refresh", reloadSeconds);
      return retriable(response);
    });
  }
}
