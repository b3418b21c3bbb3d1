/** The consent page: which app wants which scopes. */
import { html } from "#lib/ui/html.ts";
import { formToken, requireFormToken } from "../csrf.ts";
import { readForm } from "../forms.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { supportedScopes } from "../scopes.ts";
import { finish, type Interaction, interactionOf } from "./interaction.ts";
import { sendPage } from "./page.ts";

export async function showConsent(op: OpenIdProvider, ctx: Context): Promise<void> {
  const interaction = await interactionOf(op, ctx, "consent");
  const body = html`
<section class="card">
  <h1>Allow ${interaction.app}?</h1>
  <p><b>${interaction.app}</b> asks for the following about <b>${interaction.accountId}</b>:</p>
  <table class="grid-table">
    <thead><tr><th>Scope</th><th>Access</th></tr></thead>
    <tbody>${scopesOf(interaction).map(
      (scope) => html`<tr><td><code>${scope}</code></td><td>${supportedScopes[scope]?.meaning}</td></tr>`,
    )}</tbody>
  </table>
  <p class="muted">Your choice is remembered for this app.</p>
  <form method="post" class="row">
    ${formToken(op, ctx)}
    <button class="btn btn-primary" name="consent" value="allow">Allow</button>
    <button class="btn" name="consent" value="deny">Deny</button>
  </form>
</section>`;
  sendPage(ctx, { title: "Consent", body });
}

export async function submitConsent(op: OpenIdProvider, ctx: Context): Promise<void> {
  const interaction = await interactionOf(op, ctx, "consent");
  const form = await readForm(ctx);
  requireFormToken(op, ctx, form);
  const { clientId, accountId } = interaction;
  if (form.get("consent") !== "allow" || !accountId) {
    op.log.info(`consent for ${clientId} denied by ${accountId}`);
    return finish(op, ctx, { error: "access_denied", error_description: "End User denied the consent" });
  }
  const scopes = scopesOf(interaction);
  op.log.info(`consent for ${clientId} given by ${accountId}: ${scopes.join(" ")}`);
  op.store.rememberConsent(accountId, clientId, scopes);
  const grantId = await grantScopes(op, interaction, scopes);
  return finish(op, ctx, { consent: { grantId } });
}

const scopesOf = ({ params }: Interaction): string[] =>
  String(params.scope ?? "")
    .split(" ")
    .filter((scope) => Object.hasOwn(supportedScopes, scope));

async function grantScopes(op: OpenIdProvider, interaction: Interaction, scopes: string[]): Promise<string> {
  const { clientId, accountId, grantId } = interaction;
  const known = grantId ? await op.provider.Grant.find(grantId) : undefined;
  const grant = known ?? new op.provider.Grant({ clientId, ...(accountId && { accountId }) });
  grant.addOIDCScope(scopes);
  return grant.save();
}
