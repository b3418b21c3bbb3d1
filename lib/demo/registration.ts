/** Clients at an OpenID Provider of the user's own: given by hand, remembered, or registered dynamically. */
import { type Addresses, type AppName, addressesOf, type Layout } from "./apps.ts";
import { DemoError } from "./demo-error.ts";
import { type Registered, type RegistrationRequest, register } from "./dynamic-registration.ts";
import type { Client, DemoOptions } from "./options.ts";
import { causeOf, discover } from "./own-op.ts";
import type { Registration } from "./saved-state.ts";

type Asked = Pick<DemoOptions, "clients" | "registration"> & Layout & { issuer: string };

/**
 * Finds a client for each app. @throws {DemoError} that says what to do
 * @param known what was registered at an earlier start
 * @param remember is told of each new registration at once: a refusal of the next must not lose it
 */
export async function clientsAt(
  asked: Asked,
  known: Registration[],
  remember: (registration: Registration) => Promise<void>,
): Promise<Record<AppName, Client>> {
  const metadata = await discover(asked.issuer);
  const clientOf = async (name: AppName): Promise<Client> => {
    const given = asked.clients[name];
    if (given) return given;
    const addresses = addressesOf(name, asked);
    const { baseUrls } = addresses;
    const earlier = known.find((each) => isFor(each, asked.issuer, name, baseUrls));
    if (earlier) return toClient(earlier);
    const registered = await registerOrExplain({
      name,
      addresses,
      metadata,
      authorization: asked.registration,
    });
    await remember({ issuer: asked.issuer, name, baseUrls, ...registered });
    return toClient(registered);
  };
  return { playground2: await clientOf("playground2"), playground3: await clientOf("playground3") };
}

const toClient = ({ clientId, clientSecret }: Registered): Client => ({
  id: clientId,
  ...(clientSecret !== undefined && { secret: clientSecret }),
});

function isFor(each: Registration, issuer: string, name: AppName, baseUrls: string[]): boolean {
  const expired = each.secretExpiresAt ? each.secretExpiresAt * 1000 < Date.now() : false;
  return each.issuer === issuer && each.name === name && each.baseUrls.join() === baseUrls.join() && !expired;
}

const USE_CLIENT = "Register it by hand and pass --client NAME=ID[:SECRET].";

async function registerOrExplain(request: RegistrationRequest): Promise<Registered> {
  const { name, metadata, addresses } = request;
  if (!metadata.registration_endpoint) throw new DemoError(byHand(metadata.issuer, name, addresses));
  try {
    return await register(request);
  } catch (error) {
    const endpoint = metadata.registration_endpoint;
    throw new DemoError(`${endpoint} refused to register ${name}: ${causeOf(error)}. ${USE_CLIENT}`);
  }
}

function byHand(issuer: string, name: AppName, { baseUrls, serverUrl }: Addresses): string {
  const all = (path: string) => baseUrls.map((base) => `${base}${path}`).join(" and ");
  return `${issuer} has no registration_endpoint: register a client by hand with redirect URIs ${all("/oauth2client")}, post-logout redirect URIs ${all("/logout")}, back-channel logout URI ${serverUrl}/bclogout, front-channel logout URI ${baseUrls[0]}/fclogout, and pass --client ${name}=ID[:SECRET].`;
}
