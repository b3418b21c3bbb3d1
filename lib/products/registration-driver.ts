/** One way to make the apps known to a kind of OpenID Provider. */

import type { Addresses, AppName } from "#lib/config/apps.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import type { Registration } from "#lib/register/saved-state.ts";

export const driverNames = ["dcr", "wso2", "keycloak", "embedded"] as const;
export type DriverName = (typeof driverNames)[number];

/** A client as it has to be. */
export interface ClientToRegister {
  app: AppName;
  /** Asked for where the OP lets us choose. */
  clientId: string;
  /** Asked for where the OP lets us choose; absent for a public client. */
  clientSecret?: string;
  addresses: Addresses;
}

/** What became of it. */
export interface RegisteredClient
  extends Pick<Registration, "clientId" | "clientSecret" | "secretExpiresAt" | "encryption"> {
  /** `seeded`: the embedded OP registers it itself when it starts. */
  outcome: "created" | "updated" | "unchanged" | "seeded";
  /** Names of the settings that were not as they have to be, at the OP's own API. */
  changed: string[];
  /** Dynamic registration alone tells what became of each field. */
  report: RegistrationReport;
}

export interface Driver {
  /** Creates the client, or makes the one that is there what it has to be. May be repeated.
   * @throws {import("#lib/cli/demo-error.ts").DemoError} in one line that says what to do */
  register(client: ClientToRegister): Promise<RegisteredClient>;
}
