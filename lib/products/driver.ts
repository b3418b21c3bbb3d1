/** What the suite has to be told of an OpenID Provider, because no specification says it: one file for each product.
 * A driver of your own is a module whose default export is a `Driver`. */
import type { Page } from "@playwright/test";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Metadata } from "#lib/oidc/provider.ts";

export interface User {
  name: string;
  password: string;
}

export interface RegisteredClient {
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Fields of the metadata that the OP ignored or refused, so that no check is built upon them. */
  missing: readonly string[];
  /** Removes it at the OP, where that is possible. Called once nothing more is asked of the client. */
  remove?: () => Promise<void>;
}

/** What a driver may use. */
export interface DriverContext {
  issuer: string;
  metadata: Metadata;
  admin: User | undefined;
  /** Initial access token of dynamic registration (Registration 3.1), from `--registration-token`. */
  registrationToken?: string | undefined;
  /** What the OP's server calls this machine, from `--probe-host`; `localhost` where absent. */
  serverHost?: string | undefined;
  /** For the OP's own API; bounded in time. */
  fetch: typeof globalThis.fetch;
}

export interface Driver {
  name: string;
  /** A user, and the scope that makes his ID Token larger than the usual limits of URLs. */
  largeIdToken?: { user: User; scope: string };
  /** What the product does although its discovery document is silent about it, so that it is checked all the same. */
  undeclared?: readonly Capability[];
  /** A client has one of the two logout channels: `register` calls the other missing for one that asks for both, and the
   * checks of that one get clients that ask for it alone. */
  oneChannelPerClient?: true;
  /** `prompt=none` finds the session only with an ID Token of the client as hint (Core 3.1.2.1 has it as a SHOULD of the
   * client): the suite sends the latest. */
  promptNoneNeedsHint?: true;
  /** After a logout the browser comes back only where the request had a `state`, against RIL 3. The suite sends one, but
   * for the check of just that: the others have something else to find. */
  returnsOnlyWithState?: true;
  /** Signs in at the page that asks for a password, and allows what the client asks for. Returns once the browser has
   * left the OP, or nothing more is asked. */
  login(page: Page, user: User): Promise<void>;
  /** Answers the question whether to log out with yes. Waits for the question; rejects if there is none. */
  confirmLogout(page: Page): Promise<void>;
  declineLogout(page: Page): Promise<void>;
  /** Registers a client with this metadata. */
  register?(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient>;
  /** Ends one session of the user as an administrator does, by its `sid`. */
  endSession?(user: User, sid: string, context: DriverContext): Promise<void>;
  endAllSessions?(user: User, context: DriverContext): Promise<void>;
  /** Logs the user out at the OP's own page, where there is one. */
  logoutAtOp?(page: Page, context: DriverContext): Promise<void>;
  /** What the OP tells its administrator of a logout token that did not reach this client since then; undefined where
   * it tells nothing. */
  failedDelivery?(clientId: string, since: Date, context: DriverContext): Promise<string | undefined>;

  // What happens to an OP in operation. Checks that use these run alone. A function that cannot do it here, for want of
  // an administrator, say, throws `CannotRun`, and the check is skipped with its words.

  /** Has the OP sign with a new key from now on; the old one stays published (Core 10.1.1). */
  rotateKeys?(context: DriverContext): Promise<void>;
  /** Ends the OP's server and starts it again, as a deployment does. Returns once it answers. */
  restart?(context: DriverContext): Promise<void>;
  /** Lets one session of the user come to its end as time does, by its `sid`. */
  expireSession?(user: User, sid: string, context: DriverContext): Promise<void>;
  /** Changes the user's password as an administrator does, to the one that it was. */
  changePassword?(user: User, context: DriverContext): Promise<void>;
  /** Locks the user out as an administrator does.
   * @returns what lets the user in again */
  disableUser?(user: User, context: DriverContext): Promise<() => Promise<void>>;
}
