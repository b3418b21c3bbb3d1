/** Authorization and logout requests by POST (OIDC Core 3.1.2.1, RIL 2). */
import { html } from "#lib/ui/html.ts";
import { readForm } from "../forms.ts";
import type { Context, Next, OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";
import { sendPage } from "./page.ts";

/** Turns the POST into a GET: the library's own support for POST requires `SameSite=None` cookies, which need https.
 *
 * A POST from another site arrives without our `SameSite=Lax` cookie, as if no user were signed in: the library would
 * report a successful logout, but end nothing. So the browser sends it again, from our page. */
export function postedRequests(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const { authorization, end_session } = endpointPaths;
    if (ctx.method === "POST" && (ctx.path === authorization || ctx.path === end_session)) {
      const form = await readForm(ctx);
      const origin = ctx.get("Origin");
      const crossSite = Boolean(origin) && origin !== op.origin;
      if (crossSite && !ctx.cookies.get(op.provider.cookieName("session"), { signed: true })) {
        sendHandOn(ctx, form);
        return;
      }
      ctx.method = "GET";
      ctx.querystring = form.toString();
    }
    await next();
  };
}

function sendHandOn(ctx: Context, form: URLSearchParams): void {
  const body = html`
<section class="card">
  <h1>One moment</h1>
  <p>This page continues automatically.</p>
  <form method="post" action="${ctx.path}" data-submit>
    ${[...form].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <button class="btn btn-primary">Continue</button>
  </form>
</section>`;
  sendPage(ctx, { title: "One moment", body, script: "submit.js" });
}
