/** Sets Glewlwyd up through its administration API: the OpenID Connect plugin, clients, users, consent. */
import type { ClientToEnsure, User } from "../driver.ts";
import { signedIn } from "./admin-api.ts";
import { representationOf } from "./client.ts";
import { openIdConnectPlugin, pluginName } from "./plugin.ts";

interface Wanted {
  origin: string;
  clients: readonly ClientToEnsure[];
  users: readonly User[];
  /** Whether every user has already consented to every client. */
  consented: boolean;
}

/** The administrator in the packaged schema. */
export const administrator: User = { name: "admin", password: "password" };
const scopes = ["openid", "profile", "email"];
/** The package has only `openid`. */
const newScopes = ["profile", "email"];

/** @returns the issuer */
export async function configure({ origin, clients, users, consented }: Wanted): Promise<string> {
  const issuer = `${origin}/api/${pluginName}`;
  await signedIn(origin, administrator, async (api) => {
    for (const name of newScopes) {
      const scope = { name, display_name: name, description: name, password_required: false, scheme: {} };
      await api.call("POST", "/scope/", scope);
    }
    await api.call("POST", "/mod/plugin/", openIdConnectPlugin(issuer, scopes));
    for (const { metadata, ...client } of clients)
      await api.call("POST", "/client/", representationOf(metadata, client));
    for (const user of users) await api.call("POST", "/user/", userRecord(user));
  });
  if (consented) await allowEverything(origin, users, clients);
  return issuer;
}

async function allowEverything(
  origin: string,
  users: readonly User[],
  clients: readonly ClientToEnsure[],
): Promise<void> {
  for (const user of users) {
    await signedIn(origin, user, async (api) => {
      for (const { clientId } of clients)
        await api.call("PUT", `/auth/grant/${encodeURIComponent(clientId)}`, { scope: scopes.join(" ") });
    });
  }
}

const userRecord = ({ name, password }: User): object => ({
  username: name,
  name,
  email: `${name}@example.org`,
  password,
  enabled: true,
  scope: [...scopes, "g_profile"],
});
