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

/** Who gets the cookies that say who is signed in. On http other ports of localhost are the same site, and `Lax` reaches
 * their frames; the browsers that would take `None` there are few. On https the Relying Parties may be on http, which
 * makes their pages another site: without `None` no frame of theirs, neither the OP iframe nor a silent request, would
 * ever see the session. What `None` opens is closed elsewhere: every form of ours asks for its own origin and a token. */
export const siteAttributes = ({ config }: Pick<OpenIdProvider, "config">) =>
  config.OP_HTTPS ? ({ sameSite: "none", secure: true } as const) : ({ sameSite: "lax" } as const);

/** Attributes of the session cookie. */
export const sessionCookie = (op: Pick<OpenIdProvider, "config">) =>
  ({ httpOnly: true, signed: true, overwrite: true, path: "/", ...siteAttributes(op) }) as const;

/** A sid as logs show it. */
export const shortSid = (sid: string | undefined): string => (sid ? `${sid.slice(0, 8)}…` : "none");
