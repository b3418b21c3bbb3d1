/** The apps' clients: given by hand, remembered, or registered dynamically. */

import { DemoError } from "#lib/cli/demo-error.ts";
import { type Addresses, type AppName, addressesOf, embeddedIssuer, type Layout } from "#lib/config/apps.ts";
import type { Client, DemoOptions } from "#lib/demo/options.ts";
import { clientMetadata, redirectUris } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { Fetch, Metadata } from "#lib/oidc/provider.ts";
import { type RegistrationAuthorization, registerClient } from "#lib/oidc/registration.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import { discover } from "./discover.ts";
import type { Registration, SavedState } from "./saved-state.ts";

type Asked = Pick<DemoOptions, "clients" | "registration"> & Layout & { issuer: string };

/**
 * Finds a client for each app. @throws {DemoError} that says what to do
 * @param known what was registered at an earlier start
 * @param remember is told of each new registration at once: a refusal of the next must not lose it
 */
export async function clientsAt(
  asked: Asked,
  known: Registration[],
  remember: (registration: Registration, report: RegistrationReport) => Promise<void>,
): Promise<Record<AppName, Client>> {
  const metadata = await discover(asked.issuer);
  const clientOf = async (name: AppName): Promise<Client> => {
    const given = asked.clients[name];
    if (given) return given;
    const addresses = addressesOf(name, asked);
    const { baseUrls } = addresses;
    const earlier = rememberedClient(known, { issuer: asked.issuer, name, baseUrls });
    if (earlier) return earlier;
    const authorization = asked.registration;
    const { registration, report } = await registerApp(name, { metadata, addresses, authorization });
    await remember(registration, report);
    return toClient(registration);
  };
  return { playground2: await clientOf("playground2"), playground3: await clientOf("playground3") };
}

/** Finds a client for each app at the embedded OP: what `slo-playground register` has made, else the client of the app's
 * own name, which is always there. */
export function embeddedClients(
  demo: Layout & Pick<DemoOptions, "https">,
  { registrations, clientSecrets }: Pick<SavedState, "registrations" | "clientSecrets">,
): Record<AppName, Client> {
  const issuer = embeddedIssuer(demo.ports, demo.https);
  const clientOf = (name: AppName): Client =>
    rememberedClient(registrations, { issuer, name, ...addressesOf(name, demo) }) ?? {
      id: name,
      secret: clientSecrets[name],
    };
  return { playground2: clientOf("playground2"), playground3: clientOf("playground3") };
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

const USE_CLIENT = "Register it by hand and pass --client NAME=ID[:SECRET].";

/** Registers one app. @throws {DemoError} that says what to do instead */
export async function registerApp(
  name: AppName,
  options: {
    metadata: Metadata;
    addresses: Addresses;
    authorization: RegistrationAuthorization | undefined;
    encryption?: Encryption | undefined;
  },
): Promise<{ registration: Registration; report: RegistrationReport }> {
  const { metadata, addresses, authorization, encryption } = options;
  if (!metadata.registration_endpoint) throw new DemoError(byHand(metadata.issuer, name, addresses));
  try {
    const asked = clientMetadata({ name, ...addresses, encryption }, metadata);
    const { report, clientId, clientSecret, secretExpiresAt, ...client } = await registerClient({
      asked,
      provider: metadata,
      authorization,
      fetch: anyHost,
    });
    const registration = {
      issuer: metadata.issuer,
      name,
      baseUrls: addresses.baseUrls,
      clientId,
      ...(clientSecret !== undefined && { clientSecret }),
      ...(secretExpiresAt !== undefined && { secretExpiresAt }),
      ...(client.encryption && { encryption: client.encryption }),
    };
    return { registration, report };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new DemoError([error.message, error.help, USE_CLIENT].filter(Boolean).join(" "));
  }
}

/** The user named this OP on the command line. */
const anyHost: Fetch = (url, init) => fetch(url, init as RequestInit);

function byHand(issuer: string, name: AppName, { baseUrls, serverUrl }: Addresses): string {
  const all = (path: string) => baseUrls.map((base) => `${base}${path}`).join(" and ");
  return `${issuer} has no registration_endpoint: register a client by hand with redirect URIs ${redirectUris(baseUrls).join(" and ")}, post-logout redirect URIs ${all("/logout")}, back-channel logout URI ${serverUrl}/bclogout, front-channel logout URI ${baseUrls[0]}/fclogout, and pass --client ${name}=ID[:SECRET].`;
}
