/** `slo-playground doctor`: whom to examine, from the flags and from what the demo remembers. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import tls from "node:tls";
import { DemoError } from "#lib/cli/demo-error.ts";
import { addressesOf, embeddedIssuer } from "#lib/config/apps.ts";
import { CERTIFICATE_FILE } from "#lib/op/tls.ts";
import { rememberedClient } from "#lib/register/registration.ts";
import { readState } from "#lib/register/saved-state.ts";
import type { Client } from "#lib/rp/clients.ts";
import { deliveryUnseen } from "./checks/backchannel.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import type { DoctorOptions } from "./options.ts";
import type { Patient } from "./patient.ts";

/** The address of the OP that the options name. */
export const issuerOf = ({ issuer, ports, https }: DoctorOptions): string =>
  issuer ?? embeddedIssuer(ports, https);

/** Every finding that can be made without a browser. @throws {DemoError} where there is nothing to examine with */
export async function consult(options: DoctorOptions): Promise<Finding[]> {
  const authorities = authoritiesOf(options);
  if (authorities.length > 0)
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...authorities]);
  const patient = await patientOf(options);
  return [...(await examine(patient)), deliveryUnseen(patient)];
}

/** The file that is named, and at the embedded OP the certificate that the apps trust. */
function authoritiesOf({ ca, issuer, https, data }: DoctorOptions): string[] {
  const own = path.resolve(data, "op", CERTIFICATE_FILE);
  const embedded = issuer === undefined && https && existsSync(own) ? [readFileSync(own, "utf8")] : [];
  return ca === undefined ? embedded : [...embedded, readAuthority(ca)];
}

function readAuthority(file: string): string {
  try {
    const pem = readFileSync(file, "utf8");
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DemoError(`--ca ${file} is not a certificate in PEM: ${why}`);
  }
}

async function patientOf(options: DoctorOptions): Promise<Patient> {
  const app = { name: options.app, ...addressesOf(options.app, options) };
  const client = options.client ?? (await knownClient(options));
  return { issuer: issuerOf(options), app, client: client && toClient(client) };
}

async function knownClient(options: DoctorOptions) {
  const { data, issuer, app } = options;
  const state = await readState(data);
  if (!state) return undefined;
  if (issuer === undefined) return { id: app, secret: state.clientSecrets[app] };
  return rememberedClient(state.registrations, { issuer, name: app, ...addressesOf(app, options) });
}

const toClient = ({ id, secret, encryption }: NonNullable<DoctorOptions["client"]>): Client => ({
  clientId: id,
  ...(secret !== undefined && { clientSecret: secret }),
  ...(encryption && { encryption }),
});
