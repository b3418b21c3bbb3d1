/** Dynamic client registration (RFC 7591), at any OpenID Provider that supports it. */
import { CannotRun } from "#lib/cli/errors.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import {
  deleteClient,
  type Registered,
  type RegistrationAuthorization,
  type RegistrationRequest,
  registerClient,
} from "#lib/oidc/registration.ts";
import type { FlowSteps } from "#lib/oidc/registration-attempts.ts";
import { asDeclared } from "#lib/oidc/registration-flows.ts";
import type { DriverContext, RegisteredClient } from "../driver.ts";

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
  } = await oneAfterTheOther(metadata, (flows) =>
    registerClient({
      asked: asDeclared(asked, metadata),
      provider: metadata,
      authorization: authorizationOf(context),
      fetch: fetch as Fetch,
      ...flows,
    }),
  );
  const missing = report.filter(({ result }) => result === "ignored" || result === "refused");
  return {
    ...client,
    report,
    missing: missing.map(({ field }) => field),
    ...(management && { remove: () => deleteClient(management, fetch as Fetch) }),
  };
}

interface Registrations {
  last: Promise<unknown>;
  learned: FlowSteps;
}

/** By the OP's metadata. */
const registrations = new WeakMap<Metadata, Registrations>();

/** Some OPs fail if several clients register at the same time, and each refusal is asked for only once. */
function oneAfterTheOther(
  metadata: Metadata,
  work: (flows: Pick<RegistrationRequest, "learned" | "onLearned">) => Promise<Registered>,
): Promise<Registered> {
  const known = registrations.get(metadata) ?? { last: Promise.resolve(), learned: [] };
  registrations.set(metadata, known);
  const onLearned = (learned: FlowSteps) => {
    if (learned.length > 0) known.learned = learned;
  };
  const result = known.last.then(() => work({ learned: known.learned, onLearned }));
  known.last = result.catch(() => undefined);
  return result;
}

function authorizationOf({ admin, authorization }: DriverContext): RegistrationAuthorization | undefined {
  return authorization ?? (admin && { user: admin.name, password: admin.password });
}
