/** What an administrator does at Keycloak besides registering clients. */
import { z } from "zod";
import { CannotRun } from "#lib/cli/errors.ts";
import { bodyOf } from "../admin-api.ts";
import { fresh } from "../client-fields.ts";
import type { Driver, DriverContext, User } from "../driver.ts";
import { askRealm, productName } from "./admin-api.ts";

const users = z.array(z.object({ id: z.string() }));

export const operations = {
  /** Keycloak's `sid` is the ID of the user's session. */
  async endSession(_user: User, sid: string, context: DriverContext): Promise<void> {
    await askRealm(context, `/sessions/${encodeURIComponent(sid)}`, { method: "DELETE" });
  },

  async endAllSessions(user: User, context: DriverContext): Promise<void> {
    await askRealm(context, `${await pathOf(user, context)}/logout`, { method: "POST" });
  },

  /** Of the active keys for an algorithm, the one with the highest priority signs; the others stay published. The new key
   * stays after the run: tokens may have been signed with it. */
  async rotateKeys(context: DriverContext): Promise<void> {
    const priority = String(Math.floor(Date.now() / 1000)); // above all earlier ones
    const json = {
      name: fresh("key-of-the-suite"),
      providerId: "rsa-generated",
      providerType: "org.keycloak.keys.KeyProvider",
      config: { priority: [priority], enabled: ["true"], active: ["true"], algorithm: ["RS256"] },
    };
    await askRealm(context, "/components", { method: "POST", json });
  },

  async changePassword(user: User, context: DriverContext): Promise<void> {
    const json = { type: "password", value: user.password, temporary: false };
    await askRealm(context, `${await pathOf(user, context)}/reset-password`, { method: "PUT", json });
  },

  async disableUser(user: User, context: DriverContext): Promise<() => Promise<void>> {
    const enable = async (enabled: boolean) => {
      await askRealm(context, await pathOf(user, context), { method: "PUT", json: { enabled } });
    };
    await enable(false);
    return () => enable(true);
  },
} satisfies Partial<Driver>;

async function pathOf({ name }: User, context: DriverContext): Promise<string> {
  const answer = await askRealm(context, `/users?exact=true&username=${encodeURIComponent(name)}`);
  const [user] = bodyOf(answer, users, productName);
  if (user) return `/users/${user.id}`;
  throw new CannotRun(`Keycloak has no user ${name} in this realm.`);
}
