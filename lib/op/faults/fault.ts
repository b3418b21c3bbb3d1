/** What a fault is: a way in which the OP is broken on purpose, to show what a check finds and a user suffers. */
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

/** A logout token on its way out. It is signed anew once the faults have changed it. */
export interface LogoutToken {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** Of the client that it is for. */
  clientId: string;
}

/** The OP's request to a Relying Party's `backchannel_logout_uri`. */
export interface DeliveryRequest {
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
  /** Which it breaks, as the check has it. */
  clause: string;
  /** Id of the check that must fail on it. */
  check: string;
  /** What the check says instead, where the clause is a SHOULD. */
  verdict?: "warn";

  // Where it gets in; one of these, as a rule.

  /** Changes the library's configuration before it is used. */
  configure?: (configuration: Configuration, op: Surroundings) => void;
  /** Wraps what is wired by then: the library's classes (`op.provider.Session`, …), its events, the store. */
  install?: (op: OpenIdProvider) => void;
  /** Runs around every request, outside of everything else. */
  around?: (op: OpenIdProvider, ctx: Context, next: Next) => Promise<void>;
  /** Changes a logout token, or returns what is sent in its place. Not called for clients that have theirs encrypted. */
  logoutToken?: (token: LogoutToken, op: OpenIdProvider) => string | undefined | Promise<string | undefined>;
  /** Stands around the sending of a logout token. */
  deliver?: (request: DeliveryRequest, send: Send, op: Surroundings) => Promise<Response>;
}
