/** The back-channel deliveries on the sessions page, for administrators. */
import { type Html, html } from "#lib/ui/html.ts";
import type { Delivery } from "../store/delivery-store.ts";
import { time } from "./page.ts";

export interface Deliveries {
  recent: readonly Delivery[];
  /** How many are still to be delivered. */
  pending: number;
}

export function deliveriesCard({ recent, pending }: Deliveries): Html {
  return html`
<section class="card" id="deliveries">
  <h2>Back-channel deliveries</h2>
  <p class="muted">${summary(pending)}</p>
  ${recent.length === 0 ? html`<p>No app has been notified yet.</p>` : html`<ol class="flex flex-col">${recent.map(item)}</ol>`}
</section>`;
}

const summary = (pending: number): string => {
  if (pending === 0) return "No logout token is waiting to be delivered.";
  const tokens = pending === 1 ? "One logout token is" : `${pending} logout tokens are`;
  return `${tokens} still to be delivered, also after a restart of this OpenID Provider.`;
};

const badges = { delivered: "badge-ok", pending: "badge-warn", failed: "badge-bad" } as const;

const item = (delivery: Delivery): Html => html`
<li class="flex flex-col gap-1 border-t border-line py-3" data-client="${delivery.clientId}" data-at="${(delivery.triedAt ?? delivery.endedAt).toISOString()}" data-error="${delivery.error ?? ""}" data-state="${delivery.state}">
  <div class="row gap-y-1">
    <span class="badge ${badges[delivery.state]}">${delivery.state}</span>
    <b>${delivery.clientId}</b>
    <span class="muted">session of ${delivery.accountId}, ended ${time(delivery.endedAt)}</span>
  </div>
  <span class="mono text-muted">${delivery.uri}</span>
  <span class="text-sm">${lastAnswer(delivery)} ${whatNext(delivery)}</span>
</li>`;

function lastAnswer({ triedAt, ms, status, error, attempts }: Delivery): Html | string {
  if (!triedAt) return error ? `${error[0]?.toUpperCase()}${error.slice(1)}.` : "Not sent yet.";
  const which = attempts === 1 ? "First attempt" : `Attempt ${attempts}`;
  return html`${which} at ${time(triedAt)}, ${ms} ms: ${error ?? `answered ${status ?? "well"}`}.`;
}

function whatNext({ state, nextAt, triedAt }: Delivery): Html | string {
  if (!triedAt || state === "delivered") return "";
  return state === "failed" ? "It is not sent again." : html`Next attempt at ${time(nextAt)}.`;
}
