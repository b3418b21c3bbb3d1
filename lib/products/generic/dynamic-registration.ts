/** Dynamic client registration (RFC 7591), at any OpenID Provider that supports it. */
import { CannotRun } from "#lib/cli/errors.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import { deleteClient, type RegistrationAuthorization, registerClient } from "#lib/oidc/registration.ts";
import type { FlowSteps } from "#lib/oidc/registration-attempts.ts";
import { asDeclared } from "#lib/oidc/registration-flows.ts";
import type { DriverContext, RegisteredClient } from "../driver.ts";

/** By the OP's metadata: the flows to ask for, so that it refuses the others only once. */
const learned = new WeakMap<Metadata, FlowSteps>();

/** The OP has no registration endpoint. */
export class NoRegistration extends CannotRun {
  override readonly name = "NoRegistration";
}

/** Whether clients are registered by the product's own API: with an administrator, unless there are credentials for
 * dynamic registration. */
export const registersByApi = ({ admin, authorization }: DriverContext): boolean =>
  admin !== undefined && authorization === undefined;

/** Registers a new client each time: RFC 7591 has no way to find a client again. Uses the credentials for dynamic
 * registration, else the administrator's password (WSO2 IS, the embedded OP).
 * @throws {NoRegistration}
 * @throws {import("#lib/oidc/errors.ts").ProtocolError} */
export async function registerDynamically(
  asked: ClientMetadata,
  context: DriverContext,
): Promise<RegisteredClient> {
  const { metadata, fetch } = context;
  if (!metadata.registration_endpoint)
    throw new NoRegistration(
      `${metadata.issuer} declares no registration_endpoint, so clients cannot register themselves.`,
    );
  const {
    alg: _alg,
    management,
    report,
    ...client
  } = await registerClient({
    asked: asDeclared(asked, metadata),
    provider: metadata,
    authorization: authorizationOf(context),
    fetch: fetch as Fetch,
    learned: learned.get(metadata) ?? [],
    onLearned: (steps) => steps.length > 0 && learned.set(metadata, steps),
  });
  const missing = report.filter(({ result }) => result === "ignored" || result === "refused");
  return {
    ...client,
    report,
    missing: missing.map(({ field }) => field),
    ...(management && { remove: () => deleteClient(management, fetch as Fetch) }),
  };
}

function authorizationOf({ admin, authorization }: DriverContext): RegistrationAuthorization | undefined {
  return authorization ?? (admin && { user: admin.name, password: admin.password });
}
