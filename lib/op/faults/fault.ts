/** A fault: a way to break the OP on purpose, to show what a check finds and how users are affected. */
import type { Configuration } from "oidc-provider";
import type { Context, Next, OpenIdProvider, Surroundings } from "../open-id-provider.ts";

/** The families of `npm run check`, in its order. */
export const families = {
  R: "RP-initiated logout",
  B: "Back-channel logout",
  F: "Front-channel logout",
  S: "Session management",
  D: "Discovery",
  I: "Isolation",
} as const;
export type Family = keyof typeof families;

/** A logout token before it is sent. It is signed again once the faults have changed it. */
export interface LogoutToken {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** The recipient. */
  clientId: string;
}

/** The OP's request to a Relying Party's `backchannel_logout_uri`. */
interface DeliveryRequest {
  url: string;
  init: RequestInit;
}

export type Send = (request: DeliveryRequest) => Promise<Response>;

export interface Fault {
  /** In kebab-case: the value of `OP_FAULTS` and `--fault`. */
  name: string;
  family: Family;
  /** One sentence: what the OP does wrong. */
  does: string;
  /** The clause it violates, as cited by the check. */
  clause: string;
  /** Id of the check that must detect it. */
  check: string;
  /** The check's verdict instead of a failure, if the clause is a SHOULD. */
  verdict?: "warn";

  // Where it is installed; usually one of these.

  /** Changes the library's configuration before it is used. */
  configure?: (configuration: Configuration, op: Surroundings) => void;
  /** Wraps the library's classes (`op.provider.Session`, …), its events or the store. */
  install?: (op: OpenIdProvider) => void;
  /** Runs around every request, outside all other middleware. */
  around?: (op: OpenIdProvider, ctx: Context, next: Next) => Promise<void>;
  /** Changes a logout token, or returns a replacement. Not called for clients whose logout tokens are encrypted. */
  logoutToken?: (token: LogoutToken, op: OpenIdProvider) => string | undefined | Promise<string | undefined>;
  /** Wraps the delivery of a logout token. */
  deliver?: (request: DeliveryRequest, send: Send, op: Surroundings) => Promise<Response>;
}
