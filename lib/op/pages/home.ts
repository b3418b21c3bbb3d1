/** The OP's front page. */
import { discoveryPath } from "#lib/net/discovery-url.ts";
import { html } from "#lib/ui/html.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { issuerPath, pagePaths } from "../paths.ts";
import { sendPage } from "./page.ts";

export async function showHome(op: OpenIdProvider, ctx: Context): Promise<void> {
  const body = html`
<section class="card">
  <h1>OpenID Provider of the playground</h1>
  <p>It stands in for WSO2 Identity Server: same endpoint paths, demo users, and a logout that notifies every app.</p>
  <table class="grid-table"><tbody>
    <tr><th>Issuer</th><td class="mono">${op.issuer}</td></tr>
    <tr><th>Discovery document</th><td><a href="${issuerPath}${discoveryPath}">openid-configuration</a></td></tr>
  </tbody></table>
  <div class="row">
    <a class="btn btn-primary" href="${op.config.OP_FRONT_DOOR}/">Back to the apps</a>
    <a class="btn" href="${pagePaths.sessions}">Sessions</a>
    <a class="btn" href="${pagePaths.faults}">Faults</a>
  </div>
</section>`;
  sendPage(ctx, { title: "OpenID Provider", body });
}
