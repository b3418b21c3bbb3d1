/** What no specification says about an OpenID Provider, so its product's folder must. A driver of your own is a module
 * whose default export is a `Driver`: see examples/my-driver.ts. */
import type { Page } from "@playwright/test";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";

export interface User {
  name: string;
  password: string;
}

export interface RegisteredClient {
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Fields of the metadata that the OP ignored or refused: checks that need one are skipped. */
  missing: readonly string[];
  /** The result of dynamic registration for each field. */
  report?: RegistrationReport;
  /** Seconds since 1970; 0 or absent: never. */
  secretExpiresAt?: number;
  /** How the OP encrypts ID Tokens for this client. */
  encryption?: Encryption;
  /** Removes the client at the OP. Called once the client is no longer needed. */
  remove?: () => Promise<void>;
}

/** A client of a given ID and secret, for a product's own API. */
export interface ClientToEnsure {
  metadata: ClientMetadata;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
}

export interface EnsuredClient extends Pick<RegisteredClient, "clientId" | "clientSecret"> {
  outcome: "created" | "updated" | "unchanged";
  /** Dotted names of the settings that had another value. */
  changed: readonly string[];
}

/** What a driver may use. */
export interface DriverContext {
  issuer: string;
  metadata: Metadata;
  /** From `--admin`. */
  admin?: User | undefined;
  /** What dynamic registration asks for: an initial access token (Registration 3.1), or HTTP Basic credentials. */
  authorization?: RegistrationAuthorization | undefined;
  /** How the OP's server addresses this machine, from `--probe-host`; default: `localhost`. */
  serverHost?: string | undefined;
  /** For the OP's own API; requests time out. */
  fetch: typeof globalThis.fetch;
  /** The origins of the apps, where a driver does nothing (`isAtOp`). */
  apps?: Set<string>;
}

export interface Driver {
  name: string;
  /** Whether this discovery document is this product's. */
  recognizes?(metadata: Metadata): boolean;

  // Peculiarities.

  /** A user, and the scope that makes this user's ID Token larger than the usual limits of URLs. */
  largeIdToken?: { user: User; scope: string };
  /** What the product supports without declaring it in its discovery document; it is checked all the same. */
  undeclared?: readonly Capability[];
  /** A client can have only one of the two logout channels. If a client asks for both, `register` lists the other one
   * as missing; the checks of that channel get clients that ask only for it. */
  oneChannelPerClient?: true;
  /** `prompt=none` finds the session only with an `id_token_hint` (Core 3.1.2.1: the RP SHOULD send one): the suite
   * sends the latest ID Token. */
  promptNoneNeedsHint?: true;
  /** Against RIL 3, the browser returns after a logout only if the request had a `state`. The suite always sends one,
   * except in the check of exactly that. */
  returnsOnlyWithState?: true;

  // Pages. A driver acts on pages of the OP alone (`isAtOp`), and waits until a pressed form is gone before it presses
  // again. The browser may still be at an app at first.

  /** Signs in at the page that asks for a password, and allows what the client asks for. Returns once the browser has
   * left the OP, or there is nothing more to do; rejects with a line that says where and why it is stuck. */
  login(page: Page, user: User, context: DriverContext): Promise<void>;
  /** Answers yes to the question whether to log out. Waits for the question; rejects if there is none. */
  confirmLogout(page: Page, context: DriverContext): Promise<void>;
  /** Answers no. Where the question can only be answered with yes, leaves it. */
  declineLogout(page: Page, context: DriverContext): Promise<void>;
  /** Logs the user out at the OP's own page. */
  logoutAtOp?(page: Page, context: DriverContext): Promise<void>;

  // Registration.

  /** Registers a new client. */
  register?(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient>;
  /** Creates the client or brings the existing one up to date, by the product's own API, for people who follow the
   * tutorial: consents are asked for. May be repeated. Needs `context.admin`. */
  ensure?(client: ClientToEnsure, context: DriverContext): Promise<EnsuredClient>;

  // What an administrator sees and does. Throws `NoAdministrator` without one.

  /** Ends one session of the user, by its `sid`. */
  endSession?(user: User, sid: string, context: DriverContext): Promise<void>;
  endAllSessions?(user: User, context: DriverContext): Promise<void>;
  /** What the OP shows its administrator about a logout token that has failed to reach this client since then;
   * undefined if it shows nothing. */
  failedDelivery?(clientId: string, since: Date, context: DriverContext): Promise<string | undefined>;

  // Operations. Checks that use these run alone. One that is impossible here throws `CannotRun`: the check is skipped
  // with its message.

  /** Makes the OP sign with a new key from now on; the old one stays published (Core 10.1.1). */
  rotateKeys?(context: DriverContext): Promise<void>;
  /** Stops the OP's server and starts it again, as a deployment does. Returns once it answers. */
  restart?(context: DriverContext): Promise<void>;
  /** Makes one session of the user expire, by its `sid`. */
  expireSession?(user: User, sid: string, context: DriverContext): Promise<void>;
  /** Changes the user's password to the same one, as an administrator does. */
  changePassword?(user: User, context: DriverContext): Promise<void>;
  /** Locks the user's account, as an administrator does.
   * @returns a function that unlocks it */
  disableUser?(user: User, context: DriverContext): Promise<() => Promise<void>>;
}
