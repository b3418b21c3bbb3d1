/** OpenID Connect Back-Channel Logout 1.0, the OP's side: the library builds and posts the logout token; this module
 * limits where it is sent, and reads the answer. */
import { AsyncLocalStorage } from "node:async_hooks";
import type Provider from "oidc-provider";
import type { Configuration } from "oidc-provider";
import type { OpConfig } from "#lib/config/op-config.ts";
import { foreignText } from "#lib/net/foreign-text.ts";
import { innermost } from "#lib/net/innermost-error.ts";
import { isCertainlyLoopback } from "#lib/net/loopback.ts";
import type { Notification } from "../store/delivery-store.ts";
import type { OpStore } from "../store/op-store.ts";
import type { Answer } from "./delivery-answer.ts";
import type { Send } from "./delivery-queue.ts";

type Client = NonNullable<Awaited<ReturnType<Provider["Client"]["find"]>>>;

/** `backchannelLogout` is a method of the library's clients that its types do not list. */
type NotifiedClient = Client & { backchannelLogout(sub: string, sid: string): Promise<void> };

/** The attempt in progress: when its session ended, the answer, whose status the library does not report on success, and
 * what to call when the first request begins. */
const underWay = new AsyncLocalStorage<{ endedAt: Date; answer: Answer; onSent: () => void }>();

/** The library's outgoing requests: back-channel logout and the clients' `jwks_uri`. Its dispatcher refuses addresses
 * in the internal network, since clients may register any URL; loopback and the hosts of the playground's Relying
 * Parties are exempt. */
export function outgoingFetch(apps: OpConfig["OP_APPS"]): NonNullable<Configuration["fetch"]> {
  const hosts = new Set(apps.flatMap(({ baseUrls }) => baseUrls.map((base) => new URL(base).hostname)));
  return async (url, options) => {
    const { hostname } = new URL(url instanceof Request ? url.url : url);
    const { dispatcher, ...rest } = options as RequestInit & { dispatcher?: unknown };
    const guard = hosts.has(hostname) || isCertainlyLoopback(hostname) ? {} : { dispatcher };
    const requested = fetch(url, { ...rest, ...guard, redirect: "manual" });
    const attempt = underWay.getStore();
    attempt?.onSent();
    const response = await requested;
    const answer = options?.method === "POST" ? attempt?.answer : undefined;
    if (!answer) return response; // such as a `jwks_uri`, fetched to encrypt the logout token
    answer.status = response.status;
    await response.body?.cancel(); // only the status counts (BCL 2.8), and an unread body keeps the connection busy
    return response;
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

/** Sends one new logout token to a client, with its own `jti` and `iat`. */
export function logoutTokenSender(provider: Provider, store: OpStore): Send {
  return async (notification, onSent) => {
    const { clientId, accountId, sid, endedAt } = notification;
    const answer: Answer = {};
    try {
      const client = (await provider.Client.find(clientId)) as NotifiedClient | undefined;
      if (!client?.backchannelLogoutUri)
        return refused("the app is no longer registered for back-channel logout");
      if (!client.backchannelLogoutSessionRequired && hasReturned(store, notification))
        return refused(
          "the user has signed in to this app again, which a logout token without a sid would undo",
        );
      answer.uri = client.backchannelLogoutUri;
      await underWay.run({ endedAt, answer, onSent }, () => client.backchannelLogout(accountId, sid));
    } catch (error) {
      Object.assign(answer, failure(error));
    }
    return answer;
  };
}

const refused = (error: string): Answer => ({ error: `not sent: ${error}`, final: true });

/** Whether the user has signed in to the client since the session ended. */
function hasReturned(store: OpStore, { clientId, accountId, endedAt }: Notification): boolean {
  const grantIds = store
    .sessionsOf(accountId)
    .map(({ authorizations }) => authorizations?.[clientId]?.grantId);
  return grantIds.some((id) => id && Number(store.find("Grant", id)?.iat) * 1000 >= endedAt.getTime());
}

/** The library's error contains the answer, unless there was none. */
function failure(error: unknown): Answer {
  const { response } = error as { response?: Response };
  if (!response) return { error: reason(error) };
  const retryAfter = response.headers.get("retry-after") ?? undefined;
  return { status: response.status, retryAfter, error: `answered ${response.status} instead of 200 or 204` };
}

function reason(error: unknown): string {
  const inner = innermost(error);
  if (!(inner instanceof Error)) return foreignText(inner);
  if (inner.name === "TimeoutError") return "no answer in time";
  return inner === error
    ? inner.message
    : `cannot be reached (${"code" in inner ? inner.code : inner.message})`;
}
