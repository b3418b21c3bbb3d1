/** Registration that every OP with a registration endpoint understands. */

import { byHandAdvice } from "#lib/check/run/world.ts";
import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Fetch } from "#lib/oidc/provider.ts";
import { deleteClient, type RegistrationAuthorization, registerClient } from "#lib/oidc/registration.ts";
import type { DriverContext, RegisteredClient } from "../driver.ts";

/** Whether clients come from the product's own API: an administrator can always, but an initial access token is for
 * dynamic registration alone. */
export const registersByApi = ({ admin, registrationToken }: DriverContext): boolean =>
  admin !== undefined && registrationToken === undefined;

/** Registers dynamically; with the initial access token, or the administrator's password, where there is one (WSO2 IS,
 * the embedded OP).
 * @throws {CannotRun} where the OP has no registration */
export async function registerDynamically(
  asked: ClientMetadata,
  context: DriverContext,
): Promise<RegisteredClient> {
  const { metadata, fetch } = context;
  if (!metadata.registration_endpoint) {
    throw new CannotRun(
      `${metadata.issuer} declares no registration_endpoint, so clients cannot register themselves: ${byHandAdvice}`,
    );
  }
  const { clientId, clientSecret, management, report } = await registerClient({
    asked,
    provider: metadata,
    authorization: authorizationOf(context),
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

function authorizationOf({ admin, registrationToken }: DriverContext): RegistrationAuthorization | undefined {
  if (registrationToken !== undefined) return { token: registrationToken };
  return admin && { user: admin.name, password: admin.password };
}
