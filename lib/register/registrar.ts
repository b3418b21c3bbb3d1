/** How the apps' clients get registered: by the API of the OP's product, dynamically, or by the embedded OP on its own. */
import path from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { trustServer } from "#lib/cli/server-trust.ts";
import { type Patience, whenStarted } from "#lib/cli/starting.ts";
import { type AppName, addressesOf, embeddedIssuer } from "#lib/config/apps.ts";
import { readCertificates, trustCertificates } from "#lib/net/certificates.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import { certificateFile } from "#lib/op/tls.ts";
import type { Driver, DriverContext, EnsuredClient, RegisteredClient } from "#lib/products/driver.ts";
import { registerDynamically, registersByApi } from "#lib/products/generic/dynamic-registration.ts";
import { driverFor, driverOf } from "#lib/products/index.ts";
import { metadataForApi, registerApp } from "./app-client.ts";
import { discover, discoverNow } from "./discover.ts";
import type { RegisterOptions } from "./options.ts";
import { patientFetch } from "./patient-fetch.ts";

/** The ID and secret to ask for; the OP may choose others. */
interface WantedClient {
  app: AppName;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
}

export interface RegisteredApp
  extends Pick<RegisteredClient, "clientId" | "clientSecret" | "secretExpiresAt" | "encryption"> {
  /** `seeded`: the embedded OP registers it when it starts. */
  outcome: EnsuredClient["outcome"] | "seeded";
  changed: readonly string[];
  /** Empty unless it was registered dynamically. */
  report: RegistrationReport;
}

/** @throws {import("#lib/cli/errors.ts").CannotRun} in one line that says what to do */
export type Registrar = (client: WantedClient) => Promise<RegisteredApp>;

interface Connection {
  register: Registrar;
  /** What the apps need as `CA_FILE`. */
  caFile?: string | undefined;
}

/** The administrator of the embedded OP. */
const embeddedAdministrator = { name: "admin", password: "admin" };

/** @throws {CannotRun} if the OP does not answer */
export async function connect(options: RegisterOptions, say: Patience["say"]): Promise<Connection> {
  const { issuer, admin, authorization, wait, ca, trustFirstUse } = options;
  if (options.driver === "embedded") return { register: seeded };
  if (issuer === undefined) {
    if (options.public) throw new CannotRun(noApi);
    return { register: registrarAt(await embeddedOp(options, say), options) };
  }
  const patience: Patience = { deadline: performance.now() + wait * 1000, say };
  const caFile = await trustServer({ issuer, ca, trustFirstUse }, patience);
  const metadata = wait > 0 ? await whenStarted(() => discoverNow(issuer), patience) : await discover(issuer);
  return {
    register: registrarAt({ issuer, metadata, patience, admin, authorization }, options),
    caFile,
  };
}

const noApi = "--public: this product has no API for it; omit the flag, or name another --driver.";

const seeded: Registrar = async ({ app: _app, ...client }) => ({
  ...client,
  outcome: "seeded",
  changed: [],
  report: [],
});

async function embeddedOp(options: RegisterOptions, say: Patience["say"]): Promise<OpToRegisterAt> {
  const { ports, https, data, authorization } = options;
  const admin = options.admin ?? (authorization ? undefined : embeddedAdministrator);
  const issuer = embeddedIssuer(ports, https);
  const patience = { deadline: 0, say };
  try {
    if (https) trustEmbedded(path.join(data, "op", certificateFile));
    return { issuer, metadata: await discover(issuer), patience, admin, authorization };
  } catch (error) {
    const flag = https ? " -- --https" : "";
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotRun(
      `${why} Start the demo first, with npm run demo${flag}, or name an OP with --issuer.`,
    );
  }
}

const trustEmbedded = (certificate: string): void =>
  trustCertificates(readCertificates(certificate, (why) => new CannotRun(why)));

interface OpToRegisterAt extends Omit<DriverContext, "fetch"> {
  patience: Patience;
}

function registrarAt({ patience, ...op }: OpToRegisterAt, options: RegisterOptions): Registrar {
  const driver = options.driver === "auto" ? driverFor(op.metadata) : driverOf(options.driver);
  const plain = { ...op, fetch };
  const usesApi = driver.register !== registerDynamically && registersByApi(plain);
  const dynamic = (["encryption", "strict"] as const).find((option) => options[option]);
  if (usesApi && dynamic)
    throw new CannotRun(
      `--${dynamic === "strict" ? dynamic : "encrypt"}: only for dynamic registration; omit it, or --admin.`,
    );
  if (usesApi && driver.ensure)
    return ensuredClient(driver.ensure, { ...op, fetch: patientFetch(patience) }, options);
  if (options.public) throw new CannotRun(noApi);
  return newClient(driver, plain, options);
}

const ensuredClient =
  (ensure: NonNullable<Driver["ensure"]>, context: DriverContext, options: RegisterOptions): Registrar =>
  async ({ app, ...client }) => {
    const addresses = addressesOf(app, options);
    const isPublic = client.clientSecret === undefined;
    const metadata = metadataForApi({ name: client.clientId, addresses, isPublic });
    return { ...(await ensure({ metadata, ...client }, context)), report: [] };
  };

const newClient =
  ({ register = registerDynamically }: Driver, context: DriverContext, options: RegisterOptions): Registrar =>
  async ({ app, clientId: name, clientSecret }) => {
    const { encryption } = options;
    const isPublic = clientSecret === undefined;
    const client = { app, name, addresses: addressesOf(app, options), isPublic, encryption };
    const registered = await registerApp(client, register, context);
    const { missing: _missing, remove: _remove, report = [], ...rest } = registered;
    return { ...rest, outcome: "created", changed: [], report };
  };
