/** The list of faults: what each one breaks, which check finds it, and which are on. */
import { type Html, html } from "#lib/ui/html.ts";
import { faults } from "../faults/catalogue.ts";
import { type Family, type Fault, families } from "../faults/fault.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { sendPage } from "./page.ts";

export async function showFaults({ config }: OpenIdProvider, ctx: Context): Promise<void> {
  const body = html`
<div class="flex flex-col gap-1">
  <h1>Faults</h1>
  <p class="muted">Ways to break this OpenID Provider on purpose, to see how users are affected and which check finds it.
    They cannot be switched on here: choose them at the start, on this machine only.</p>
  <p><code>npm run demo -- --fault NAME</code> shows a fault in the apps, <code>npm run check -- --fault NAME</code> in the
    report of the regression suite. Both accept several faults.</p>
</div>
${Object.entries(families).map(([family, title]) => card(family as Family, title, config.OP_FAULTS))}`;
  sendPage(ctx, { title: "Faults", body, wide: true });
}

const card = (family: Family, title: string, active: readonly string[]): Html => html`
<section class="card">
  <h2>${title}</h2>
  <table class="grid-table">
    <thead><tr><th>Fault</th><th>What it does</th></tr></thead>
    <tbody>${faults.filter((fault) => fault.family === family).map((fault) => row(fault, active.includes(fault.name)))}</tbody>
  </table>
</section>`;

const row = ({ name, does, clause, check }: Fault, isActive: boolean): Html => html`
    <tr id="${name}"${isActive ? html` data-active` : ""}>
      <th><code>${name}</code>${isActive ? html` <span class="badge badge-bad">on</span>` : ""}</th>
      <td>${does} <span class="muted">${clause}, found by ${check}</span></td>
    </tr>`;
