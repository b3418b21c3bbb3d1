/** Registration that every OP with a registration endpoint understands. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Fetch } from "#lib/oidc/provider.ts";
import { deleteClient, type RegistrationAuthorization, registerClient } from "#lib/oidc/registration.ts";
import type { DriverContext, RegisteredClient } from "../driver.ts";

/** Registers dynamically; with the administrator's password where there is one (WSO2 IS, the embedded OP). */
export async function registerDynamically(
  asked: ClientMetadata,
  { metadata, admin, fetch }: DriverContext,
): Promise<RegisteredClient> {
  const authorization: RegistrationAuthorization | undefined = admin && {
    user: admin.name,
    password: admin.password,
  };
  const { clientId, clientSecret, management, report } = await registerClient({
    asked,
    provider: metadata,
    authorization,
    fetch: fetch as Fetch,
  });
  const missing = report.filter(({ result }) => result === "ignored" || result === "refused");
  return {
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    missing: missing.map(({ field }) => field),
    ...(management ? { remove: () => deleteClient(management, fetch as Fetch) } : {}),
  };
}
