/** Remembered consent. */
import type { Configuration } from "oidc-provider";
import type { OpStore } from "./store/op-store.ts";

type LoadExistingGrant = NonNullable<Configuration["loadExistingGrant"]>;

/** The grant of this session; else a new one, if this user allowed this client all that it asks for before. A logout
 * revokes the session's grants, with their tokens, but not what the user has allowed. */
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
