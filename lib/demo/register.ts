/** `slo-playground register`: registers the apps and tells what became of each field. */
import { readFileSync } from "node:fs";
import path from "node:path";
import tls from "node:tls";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import { CERTIFICATE_FILE } from "#lib/op/tls.ts";
import { type AppName, addressesOf, embeddedIssuer } from "./apps.ts";
import { DemoError } from "./demo-error.ts";
import { discover } from "./own-op.ts";
import type { RegisterOptions } from "./register-options.ts";
import { registerApp, withRegistration } from "./registration.ts";
import { loadState, type Registration, saveState } from "./saved-state.ts";

export interface AppRegistration {
  app: AppName;
  clientId: string;
  /** The client that was remembered until now. */
  formerClientId?: string;
  report: RegistrationReport;
}

/** Of the embedded OP everybody knows the administrator. */
const embeddedAdministrator = { user: "admin", password: "admin" };

/** Registers one app after the other and remembers each at once.
 * @param tell is told of each as soon as it is registered: a refusal of the next must not lose it
 * @throws {DemoError} if the OP does not answer, or refuses a client as a whole */
export async function registerApps(
  options: RegisterOptions,
  tell: (registered: AppRegistration) => void,
): Promise<void> {
  const { issuer, data, encryption } = options;
  const metadata = issuer === undefined ? await embedded(options) : await discover(issuer);
  const authorization = options.authorization ?? (issuer === undefined ? embeddedAdministrator : undefined);
  for (const name of options.apps) {
    const addresses = addressesOf(name, options);
    const asked = { metadata, addresses, authorization, encryption };
    const { registration, report } = await registerApp(name, asked);
    const former = await remember(data, registration);
    tell({
      app: name,
      clientId: registration.clientId,
      ...(former && { formerClientId: former.clientId }),
      report,
    });
  }
}

async function embedded({ ports, https, data }: RegisterOptions): Promise<Metadata> {
  const issuer = embeddedIssuer(ports, https);
  try {
    if (https) trustCertificateIn(data);
    return await discover(issuer);
  } catch (error) {
    const flag = https ? " -- --https" : "";
    const why = error instanceof Error ? error.message : String(error);
    throw new DemoError(
      `${why} Start the demo first, with npm run demo${flag}, or name an OP with --issuer.`,
    );
  }
}

function trustCertificateIn(data: string): void {
  const certificate = readFileSync(path.resolve(data, "op", CERTIFICATE_FILE), "utf8");
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), certificate]);
}

/** @returns the registration that this one replaces */
async function remember(data: string, registration: Registration): Promise<Registration | undefined> {
  const state = await loadState(data);
  const registrations = withRegistration(state.registrations, registration);
  const former = state.registrations.find((each) => !registrations.includes(each));
  await saveState(data, { ...state, registrations });
  return former;
}
