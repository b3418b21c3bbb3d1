/** Why a logout request ended no session here. */
import type { LogoutSelector, OpSession } from "../model.ts";

/** The reason, if a login is left that the request could have meant. It names neither user nor session, since anyone can
 * see it.
 * @param logins those of the user that the request names; for a request without `sub`, those that have no `sid`
 * @param clientIds that the request is for, where it says so */
export function whyUnmatched(
  { sid, sub }: Pick<LogoutSelector, "sid" | "sub">,
  logins: readonly OpSession[],
  clientIds?: readonly string[],
): string | undefined {
  const meant = logins.filter(({ clientId }) => clientIds?.includes(clientId) ?? true);
  if (logins.length === 0 || (!sub && meant.length === 0)) return undefined;
  if (!sub)
    return "A session here has no sid, since its ID Token had none: a request that names only a sid cannot end it.";
  if (sid && meant.length > 0) return "The user is logged in here, but in a session with another sid.";
  return "The user is logged in here, but through another client than the one that the logout token is for.";
}
