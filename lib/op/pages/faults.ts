/** The list of faults: what each one breaks, who notices, and which are on. */
import { type Html, html } from "#lib/ui/html.ts";
import { faults } from "../faults/catalogue.ts";
import { type Family, type Fault, families } from "../faults/fault.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { sendPage } from "./page.ts";

export async function showFaults({ config }: OpenIdProvider, ctx: Context): Promise<void> {
  const body = html`
<div class="flex flex-col gap-1">
  <h1>Faults</h1>
  <p class="muted">Ways to break this OpenID Provider on purpose, to see what its users suffer and which check finds it.
    Nothing here is a switch: they are chosen at the start, and only on this machine.</p>
  <p><code>npm run demo -- --fault NAME</code> shows one in the apps, <code>npm run check -- --fault NAME</code> what the
    regression suite says of it. Both take several.</p>
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
