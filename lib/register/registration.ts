/** The apps' clients: given by hand, remembered, or registered dynamically. */
import {
  type AppName,
  addressesOf,
  embeddedIssuer,
  type Layout,
  perApp,
  perAppInTurn,
} from "#lib/config/apps.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import { registerDynamically } from "#lib/products/generic/dynamic-registration.ts";
import { registerApp, registrationOf } from "./app-client.ts";
import { discover } from "./discover.ts";
import type { Registration, SavedState } from "./saved-state.ts";

/** A client of an app. */
export interface Client {
  id: string;
  secret?: string;
  /** A public client beside it. */
  publicId?: string;
  encryption?: Encryption;
}

interface Asked extends Layout {
  issuer: string;
  /** Given on the command line. */
  clients: Partial<Record<AppName, Client>>;
  registration: RegistrationAuthorization | undefined;
}

/** Finds a client for each app, and registers those that are missing.
 * @param known what was registered at an earlier start
 * @param remember receives each new registration at once: a refusal of the next must not lose it
 * @throws {import("#lib/cli/errors.ts").CannotRun} that says what to do */
export async function clientsAt(
  asked: Asked,
  known: Registration[],
  remember: (registration: Registration, report: RegistrationReport) => Promise<void>,
): Promise<Record<AppName, Client>> {
  const { issuer, registration: authorization } = asked;
  const context = { issuer, metadata: await discover(issuer), authorization, fetch };
  const clientOf = async (name: AppName): Promise<Client> => {
    const given = asked.clients[name];
    if (given) return given;
    const addresses = addressesOf(name, asked);
    const { baseUrls } = addresses;
    const earlier = rememberedClient(known, { issuer, name, baseUrls });
    if (earlier) return earlier;
    const app = { app: name, name, addresses };
    const { report = [], ...client } = await registerApp(app, registerDynamically, context);
    const registration = registrationOf(app, issuer, client);
    await remember(registration, report);
    return toClient(registration);
  };
  return perAppInTurn(clientOf);
}

/** Finds a client for each app at the embedded OP: the one of `slo-playground register`, else the client of the app's own
 * name, which always exists. */
export function embeddedClients(
  demo: Layout & { https: boolean },
  { registrations, clientSecrets }: Pick<SavedState, "registrations" | "clientSecrets">,
): Record<AppName, Client> {
  const issuer = embeddedIssuer(demo.ports, demo.https);
  return perApp(
    ({ name }): Client =>
      rememberedClient(registrations, { issuer, name, ...addressesOf(name, demo) }) ?? {
        id: name,
        secret: clientSecrets[name],
      },
  );
}

const toClient = ({ clientId, clientSecret, publicClientId, encryption }: Registration): Client => ({
  id: clientId,
  ...(clientSecret !== undefined && { secret: clientSecret }),
  ...(publicClientId !== undefined && { publicId: publicClientId }),
  ...(encryption && { encryption }),
});

/** The client that was registered earlier for this app, at these addresses; none once its secret has expired. */
export function rememberedClient(
  known: readonly Registration[],
  { issuer, name, baseUrls }: Pick<Registration, "issuer" | "name" | "baseUrls">,
): Client | undefined {
  const found = known.find((each) => {
    const expired = each.secretExpiresAt ? each.secretExpiresAt * 1000 < Date.now() : false;
    return (
      each.issuer === issuer && each.name === name && each.baseUrls.join() === baseUrls.join() && !expired
    );
  });
  return found && toClient(found);
}

/** The registrations with this one in place of an earlier one of the same app at the same addresses. */
export const withRegistration = (known: Registration[], added: Registration): Registration[] => [
  ...known.filter(
    ({ issuer, name, baseUrls }) =>
      issuer !== added.issuer || name !== added.name || baseUrls.join() !== added.baseUrls.join(),
  ),
  added,
];
