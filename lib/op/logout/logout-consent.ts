/** When to log out without asking the user. */
import { skipLogoutConsentField } from "../client-metadata.ts";
import type { Context, Surroundings } from "../open-id-provider.ts";
import { subjectAt } from "../subject.ts";
import { isEverywhere } from "./everywhere.ts";

/** RIL 2: the user must be asked unless the hint is from the session that would end. The library has verified the hint;
 * it may have expired. An ID Token for another user, session or client proves nothing, nor do unsigned claims. */
export function isConsentSkipped({ keys }: Pick<Surroundings, "keys">, ctx: Context): boolean {
  const { client, session, entities } = ctx.oidc;
  if (isEverywhere(ctx)) return false; // the hint is from one session only
  const hint = entities.IdTokenHint?.payload;
  if (!client || !session?.accountId || !hint || client.metadata()[skipLogoutConsentField] !== true)
    return false;
  const sid = session.sidFor(client.clientId);
  return sid !== undefined && hint.sid === sid && hint.sub === subjectAt(keys, client, session.accountId);
}
