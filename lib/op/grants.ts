/** Remembered consent. */
import type { Configuration } from "oidc-provider";
import type { OpStore } from "./store/op-store.ts";

type LoadExistingGrant = NonNullable<Configuration["loadExistingGrant"]>;

/** The grant of this session, or a new one if the user has already consented to all requested scopes. A logout revokes
 * the session's grants and their tokens, but not the user's consent. */
export async function loadExistingGrant(
  store: OpStore,
  ctx: Parameters<LoadExistingGrant>[0],
): Promise<Awaited<ReturnType<LoadExistingGrant>>> {
  const { provider, client, session, result } = ctx.oidc;
  const accountId = session?.accountId;
  if (!client || !accountId) return undefined;
  const consented = (result as { consent?: { grantId?: string } } | undefined)?.consent;
  const grantId = consented?.grantId ?? session.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  if (existing) return existing;

  const allowed = store.consentedScopes(accountId, client.clientId);
  if (![...ctx.oidc.requestParamOIDCScopes].every((scope) => allowed.includes(scope))) return undefined;
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope(allowed);
  await grant.save();
  return grant;
}
