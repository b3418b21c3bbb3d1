/** The one way to draw verdicts: on the apps' pages and in the documents of their endpoints. */
import type { Verdict } from "#lib/oidc/verdict.ts";
import { type Html, html } from "#lib/ui/html.ts";

const badges = { pass: "badge-ok", fail: "badge-bad", warn: "badge-warn", skip: "" } as const;

/** Every check of a message, with its clause, result and finding. */
export function verdictTable(verdicts: readonly Verdict[]): Html {
  return html`<div class="overflow-x-auto"><table class="grid-table">
<thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Detail</th></tr></thead>
<tbody>${verdicts.map(row)}</tbody></table></div>`;
}

const row = ({ check, clause, result, expected, actual }: Verdict): Html =>
  html`<tr><td><code>${check}</code><div class="muted">${clause}</div></td>
<td><span class="badge ${badges[result]}">${result}</span></td>
<td class="mono">${expected ? html`<div>expected ${expected}</div>` : ""}${actual ? html`<div>${expected ? `got ${actual}` : actual}</div>` : ""}</td></tr>`;
