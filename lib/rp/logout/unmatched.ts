/** Why a logout request ended no session here. */
import type { LogoutSelector } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** The reason, if a session is left that the request could have meant: its user's, or for a request without `sub` one
 * that has no `sid`. It names neither user nor session, since anyone can see it. */
export async function whyUnmatched(
  { iss, sid, sub, clientIds }: Omit<LogoutSelector, "clientIds"> & { clientIds?: readonly string[] },
  rp: RelyingParty,
): Promise<string | undefined> {
  const logins = await rp.store.listLogins({ iss, sub }, rp.now());
  const meant = logins.filter(({ clientId }) => clientIds?.includes(clientId) ?? true);
  if (logins.length === 0 || (!sub && meant.length === 0)) return undefined;
  if (!sub)
    return "A session here has no sid, since its ID Token had none: a request that names only a sid cannot end it.";
  if (sid && meant.length > 0) return "The user is logged in here, but in a session with another sid.";
  return "The user is logged in here, but through another client than the one that the logout token is for.";
}
