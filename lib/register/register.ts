/** `slo-playground register`: registers the apps and reports the result. */
import { type AppName, addressesOf, embeddedIssuer, publicClientOf } from "#lib/config/apps.ts";
import { registrationOf } from "./app-client.ts";
import { writeAppEnvironment, writeOpEnvironment } from "./environment-files.ts";
import type { RegisterOptions } from "./options.ts";
import { connect, type RegisteredApp, type Registrar } from "./registrar.ts";
import { withRegistration } from "./registration.ts";
import { loadState, type Registration, type SavedState, saveState } from "./saved-state.ts";

export interface AppRegistration extends Omit<RegisteredApp, "clientSecret"> {
  app: AppName;
  public: boolean;
  /** The client that this one replaces, if any. */
  formerClientId?: string;
}

interface Listeners {
  /** Called with each client at once: a refusal of the next must not lose it. */
  onRegistered: (registered: AppRegistration) => void;
  /** Called with progress. */
  say: (line: string) => void;
}

/** Registers one app after the other, and saves each at once.
 * @throws {import("#lib/cli/errors.ts").CannotRun} if the OP does not answer, or refuses a client as a whole */
export async function registerApps(
  options: RegisterOptions,
  { onRegistered, say }: Listeners,
): Promise<void> {
  const { data, envDir } = options;
  const { register, caFile } = await connect(options, say);
  const state = await loadState(data);
  if (envDir !== undefined && options.driver === "embedded") await writeOpEnvironment(envDir, options, state);
  for (const app of options.apps) {
    const registration = await registerClients(app, { options, register, state, onRegistered });
    if (envDir !== undefined)
      await writeAppEnvironment(envDir, { registration, sessionSecret: state.sessionSecrets[app], caFile });
  }
}

interface Work {
  options: RegisterOptions;
  register: Registrar;
  state: SavedState;
  onRegistered: Listeners["onRegistered"];
}

/** The client of an app, and the public one if requested. */
async function registerClients(
  app: AppName,
  { options, register, state, onRegistered }: Work,
): Promise<Registration> {
  const { data } = options;
  const client = await register({ app, clientId: app, clientSecret: state.clientSecrets[app] });
  const addresses = addressesOf(app, options);
  const registration = registrationOf({ app, addresses }, issuerOf(options), client);
  const former = await remember(data, state, registration);
  const isNew = former && former.clientId !== client.clientId;
  onRegistered({ app, public: false, ...(isNew && { formerClientId: former.clientId }), ...shown(client) });
  if (!options.public) return registration;

  const open = await register({ app, clientId: publicClientOf(app) });
  const both = { ...registration, publicClientId: open.clientId };
  await remember(data, state, both);
  onRegistered({ app, public: true, ...shown(open) });
  return both;
}

const shown = ({ clientSecret: _secret, ...client }: RegisteredApp): Omit<RegisteredApp, "clientSecret"> =>
  client;

/** The OP that the apps are registered at. */
export const issuerOf = ({ issuer, ports, https }: RegisterOptions): string =>
  issuer ?? embeddedIssuer(ports, https);

/** @returns the registration that this one replaces */
async function remember(
  data: string,
  state: SavedState,
  registration: Registration,
): Promise<Registration | undefined> {
  const registrations = withRegistration(state.registrations, registration);
  const former = state.registrations.find((each) => !registrations.includes(each));
  state.registrations = registrations;
  await saveState(data, state);
  return former;
}
