/** When the user is not asked whether to log out. */
import { SKIP_LOGOUT_CONSENT } from "../client-metadata.ts";
import type { Context, Surroundings } from "../open-id-provider.ts";
import { subjectAt } from "../subject.ts";
import { isEverywhere } from "./everywhere.ts";

/** RIL 2: the user must be asked unless the hint is of the very session that would end. The library has verified it; it
 * may have expired. An ID Token for another user, session or client proves nothing, and claims that nobody has signed
 * are no hint here. */
export function isConsentSkipped({ keys }: Pick<Surroundings, "keys">, ctx: Context): boolean {
  const { client, session, entities } = ctx.oidc;
  if (isEverywhere(ctx)) return false; // the hint is of one session
  const hint = entities.IdTokenHint?.payload;
  if (!client || !session?.accountId || !hint || client.metadata()[SKIP_LOGOUT_CONSENT] !== true)
    return false;
  const sid = session.sidFor(client.clientId);
  return sid !== undefined && hint.sid === sid && hint.sub === subjectAt(keys, client, session.accountId);
}
