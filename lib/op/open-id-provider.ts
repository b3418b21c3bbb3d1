/** Types and cookie settings that the parts of the OP share. */

import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { OpConfig } from "#lib/config/op-config.ts";
import type { Log } from "#lib/log.ts";
import type { OpKeys } from "./keys.ts";
import type { DeliveryQueue } from "./logout/delivery-queue.ts";
import type { OpStore } from "./store/op-store.ts";

/** The Koa context of a request. `oidc` exists only in the library's own endpoints. */
export type Context = KoaContextWithOIDC;

/** HEAD is handled like GET; the server omits the body. */
export const isRead = ({ method }: Pick<Context, "method">): boolean => method === "GET" || method === "HEAD";

export type Next = () => Promise<unknown>;

export interface OpenIdProvider {
  provider: Provider;
  config: OpConfig;
  log: Log;
  store: OpStore;
  keys: OpKeys;
  deliveries: DeliveryQueue;
  /** `http://localhost:9443` */
  origin: string;
  issuer: string;
}

/** Everything except the library itself, for code that configures it. */
export type Surroundings = Omit<OpenIdProvider, "provider">;

/** Cookies ignore ports, so their names contain this OP's: otherwise another OP on the same host would replace this one's
 * session. The first part distinguishes them from a Relying Party's. */
export const cookieName = ({ origin }: Pick<OpenIdProvider, "origin">, purpose: string): string =>
  [purpose, new URL(origin).port].filter(Boolean).join(".");

/** Seconds a session lives after its last use. */
export const sessionLifetime = 12 * 60 * 60;

/** `SameSite` of the cookies that identify the user. On http all ports of localhost are the same site, so `Lax` reaches
 * their frames; few browsers would accept `None` there. On https the Relying Parties may be on http, which makes their
 * pages another site: without `None` neither the OP iframe nor a silent request in a frame would see the session. The
 * risk of `None`, cross-site requests, is covered by our forms, which require our own origin and a token. */
export const siteAttributes = ({ config }: Pick<OpenIdProvider, "config">) =>
  config.OP_HTTPS ? ({ sameSite: "none", secure: true } as const) : ({ sameSite: "lax" } as const);

/** Attributes of the session cookie. */
export const sessionCookie = (op: Pick<OpenIdProvider, "config">) =>
  ({ httpOnly: true, signed: true, overwrite: true, path: "/", ...siteAttributes(op) }) as const;
