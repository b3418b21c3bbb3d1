/** OpenID Connect Back-Channel Logout 1.0, the OP's side: the library builds and posts the logout token; this module
 * bounds, times and records the delivery. */
import { AsyncLocalStorage } from "node:async_hooks";
import type Provider from "oidc-provider";
import type { Configuration } from "oidc-provider";
import type { OpConfig } from "#lib/config/op-config.ts";
import { foreignText } from "#lib/net/foreign-text.ts";
import { innermost } from "#lib/net/innermost-error.ts";
import { isCertainlyLoopback } from "#lib/net/loopback.ts";
import type { DeliveryLog } from "./delivery-log.ts";

type Client = NonNullable<Awaited<ReturnType<Provider["Client"]["find"]>>>;

/** `backchannelLogout` is a method of the library's clients that its types do not list. */
type NotifiedClient = Client & { backchannelLogout(sub: string, sid: string, endedAt: Date): Promise<void> };

/** The delivery in progress: when its session ended, and the status of the answer, which the library does not report on
 * success. */
const underWay = new AsyncLocalStorage<{ endedAt: Date; answer: { status?: number } }>();

/** The library's outgoing requests: back-channel logout and the clients' `jwks_uri`. Its dispatcher refuses addresses
 * in the internal network, since clients may register any URL; loopback and the hosts of the playground's Relying
 * Parties are exempt. */
export function outgoingFetch(apps: OpConfig["OP_APPS"]): NonNullable<Configuration["fetch"]> {
  const hosts = new Set(apps.flatMap(({ baseUrls }) => baseUrls.map((base) => new URL(base).hostname)));
  return async (url, options) => {
    const { hostname } = new URL(url instanceof Request ? url.url : url);
    const { dispatcher, ...rest } = options as RequestInit & { dispatcher?: unknown };
    const guard = hosts.has(hostname) || isCertainlyLoopback(hostname) ? {} : { dispatcher };
    const response = await fetch(url, { ...rest, ...guard, redirect: "manual" });
    const answer = options?.method === "POST" ? underWay.getStore()?.answer : undefined;
    if (!answer) return response; // such as a `jwks_uri`, fetched to encrypt the logout token
    answer.status = response.status;
    await response.body?.cancel(); // only the status counts (BCL 2.8), and an unread body keeps the connection busy
    return response;
  };
}

/** Records every delivery, whether the library or `notifyClient` starts it. */
export function recordDeliveries(provider: Provider, deliveries: DeliveryLog): void {
  const prototype = provider.Client.prototype as NotifiedClient;
  const deliver = prototype.backchannelLogout;
  prototype.backchannelLogout = async function (this: NotifiedClient, sub, sid, endedAt) {
    const { clientId, backchannelLogoutUri: uri = "" } = this;
    const at = new Date();
    const result: { status?: number; error?: string } = {};
    try {
      await underWay.run({ endedAt, answer: result }, () => deliver.call(this, sub, sid, endedAt));
    } catch (error) {
      result.error = reason(error, result.status);
      throw error;
    } finally {
      deliveries.record({ at, clientId, uri, sid, ...result, ms: Date.now() - at.getTime() });
    }
  };
}

/** RFC 8417 2.2: `toe`, the moment the session ended, in seconds with three decimals. A client can use it to
 * measure how long the notification took. */
export function addTimeOfEvent(provider: Provider): void {
  const { prototype } = provider.IdToken;
  const payload = prototype.payload;
  prototype.payload = function () {
    const delivery = underWay.getStore();
    if (delivery) this.set("toe", delivery.endedAt.getTime() / 1000);
    return payload.call(this);
  };
}

/** Notifies one client of the end of a session. Never throws: the outcome is in the delivery log, and one failing
 * Relying Party must not keep the others from being notified (BCL 2.5). */
export async function notifyClient(
  provider: Provider,
  clientId: string,
  sub: string,
  sid: string,
  endedAt: Date,
): Promise<void> {
  const client = await provider.Client.find(clientId).catch(() => undefined); // its stored metadata may be invalid
  if (!client?.backchannelLogoutUri) return;
  await (client as NotifiedClient).backchannelLogout(sub, sid, endedAt).catch(() => undefined);
}

function reason(error: unknown, status: number | undefined): string {
  if (status) return `answered ${status} instead of 200 or 204`;
  const inner = innermost(error);
  if (!(inner instanceof Error)) return foreignText(inner);
  if (inner.name === "TimeoutError") return "no answer in time";
  return inner === error
    ? inner.message
    : `cannot be reached (${"code" in inner ? inner.code : inner.message})`;
}
