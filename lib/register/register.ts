/** `slo-playground register`: registers the apps and tells what became of it. */
import path from "node:path";
import { DemoError } from "#lib/cli/demo-error.ts";
import { trustServer } from "#lib/cli/server-trust.ts";
import { type Patience, whenStarted } from "#lib/cli/starting.ts";
import { type AppName, addressesOf, embeddedIssuer, publicClientOf } from "#lib/config/apps.ts";
import { CERTIFICATE_FILE } from "#lib/op/tls.ts";
import { embeddedDriver } from "#lib/products/embedded/registration.ts";
import { dcrDriver } from "#lib/products/generic/registration.ts";
import { keycloakDriver } from "#lib/products/keycloak/client.ts";
import type { ClientToRegister, Driver, RegisteredClient } from "#lib/products/registration-driver.ts";
import { wso2Driver } from "#lib/products/wso2/client.ts";
import { discover, discoverNow } from "./discover.ts";
import { writeAppEnvironment, writeOpEnvironment } from "./environment-files.ts";
import type { RegisterOptions } from "./options.ts";
import { withRegistration } from "./registration.ts";
import { loadState, type Registration, type SavedState, saveState } from "./saved-state.ts";

export interface AppRegistration extends Omit<RegisteredClient, "clientSecret"> {
  app: AppName;
  public: boolean;
  /** The client that was remembered until now, where it is another one. */
  formerClientId?: string;
}

export interface Listeners {
  /** Told of each client as soon as it is registered: a refusal of the next must not lose it. */
  tell: (registered: AppRegistration) => void;
  /** Told what is being done meanwhile. */
  say: (line: string) => void;
}

/** Of the embedded OP everybody knows the administrator. */
const embeddedAdministrator = { user: "admin", password: "admin" };

/** Registers one app after the other and remembers each at once.
 * @throws {DemoError} if the OP does not answer, or refuses a client as a whole */
export async function registerApps(options: RegisterOptions, { tell, say }: Listeners): Promise<void> {
  const { data, envDir } = options;
  const { driver, caFile } = await connect(options, say);
  const state = await loadState(data);
  if (envDir !== undefined && options.driver === "embedded") await writeOpEnvironment(envDir, options, state);
  for (const app of options.apps) {
    const registration = await registerApp(app, { options, driver, state, tell });
    if (envDir !== undefined)
      await writeAppEnvironment(envDir, { registration, sessionSecret: state.sessionSecrets[app], caFile });
  }
}

interface Connection {
  driver: Driver;
  /** What the apps need as `CA_FILE`. */
  caFile?: string | undefined;
}

async function connect(options: RegisterOptions, say: Listeners["say"]): Promise<Connection> {
  const { driver, issuer, authorization, encryption, wait, ca, trustFirstUse } = options;
  if (driver === "embedded") return { driver: embeddedDriver };
  if (issuer === undefined) {
    const metadata = await embedded(options, say);
    return { driver: dcrDriver(metadata, authorization ?? embeddedAdministrator, encryption) };
  }
  const patience: Patience = { deadline: performance.now() + wait * 1000, say };
  const caFile = await trustServer({ issuer, ca, trustFirstUse }, patience);
  const metadata = wait > 0 ? await whenStarted(() => discoverNow(issuer), patience) : await discover(issuer);
  if (driver === "dcr") return { driver: dcrDriver(metadata, authorization, encryption), caFile };
  if (!authorization) throw new Error(`--driver ${driver} came without credentials`);
  const create = { wso2: wso2Driver, keycloak: keycloakDriver }[driver];
  return { driver: create(issuer, authorization, patience), caFile };
}

async function embedded({ ports, https, data }: RegisterOptions, say: Listeners["say"]) {
  const issuer = embeddedIssuer(ports, https);
  try {
    const ca = https ? path.resolve(data, "op", CERTIFICATE_FILE) : undefined;
    await trustServer({ issuer, ca, trustFirstUse: undefined }, { deadline: 0, say });
    return await discover(issuer);
  } catch (error) {
    const flag = https ? " -- --https" : "";
    const why = error instanceof Error ? error.message : String(error);
    throw new DemoError(
      `${why} Start the demo first, with npm run demo${flag}, or name an OP with --issuer.`,
    );
  }
}

interface Work {
  options: RegisterOptions;
  driver: Driver;
  state: SavedState;
  tell: Listeners["tell"];
}

async function registerApp(app: AppName, { options, driver, state, tell }: Work): Promise<Registration> {
  const { data } = options;
  const addresses = addressesOf(app, options);
  const register = async (client: Omit<ClientToRegister, "app" | "addresses">) => {
    const { clientSecret, ...registered } = await driver.register({ app, addresses, ...client });
    return { clientSecret, registered };
  };
  const { clientSecret, registered } = await register({
    clientId: app,
    clientSecret: state.clientSecrets[app],
  });
  const { outcome: _outcome, changed: _changed, report: _report, ...client } = registered;
  const registration: Registration = {
    issuer: issuerOf(options),
    name: app,
    baseUrls: addresses.baseUrls,
    ...client,
    ...(clientSecret !== undefined && { clientSecret }),
  };
  const former = await remember(data, state, registration);
  const isNew = former && former.clientId !== registered.clientId;
  tell({ app, public: false, ...(isNew && { formerClientId: former.clientId }), ...registered });
  if (!options.public) return registration;

  const open = (await register({ clientId: publicClientOf(app) })).registered;
  const both = { ...registration, publicClientId: open.clientId };
  await remember(data, state, both);
  tell({ app, public: true, ...open });
  return both;
}

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
