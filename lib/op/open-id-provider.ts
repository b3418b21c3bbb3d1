/** What the parts of the OP share. */

import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { OpConfig } from "#lib/config/op-config.ts";
import type { Log } from "#lib/log.ts";
import type { OpKeys } from "./keys.ts";
import type { DeliveryLog } from "./logout/delivery-log.ts";
import type { OpStore } from "./store/op-store.ts";

/** The request, in Koa's terms. `oidc` is there inside the library's own endpoints only. */
export type Context = KoaContextWithOIDC;

/** HEAD is answered as GET is; what sends the answer leaves the body out. */
export const isRead = ({ method }: Pick<Context, "method">): boolean => method === "GET" || method === "HEAD";

export type Next = () => Promise<unknown>;

export interface OpenIdProvider {
  provider: Provider;
  config: OpConfig;
  log: Log;
  store: OpStore;
  keys: OpKeys;
  deliveries: DeliveryLog;
  /** `http://localhost:9443` */
  origin: string;
  issuer: string;
}

/** Everything but the library itself, for what configures it. */
export type Surroundings = Omit<OpenIdProvider, "provider">;

/** Seconds a session lives after its last use. */
export const SESSION_LIFETIME = 12 * 60 * 60;

/** The session cookie. `Lax`: the Relying Parties are on other ports of localhost, which is the same site. */
export const SESSION_COOKIE = {
  httpOnly: true,
  sameSite: "lax",
  signed: true,
  overwrite: true,
  path: "/",
} as const;

/** A sid as logs show it. */
export const shortSid = (sid: string | undefined): string => (sid ? `${sid.slice(0, 8)}…` : "none");
