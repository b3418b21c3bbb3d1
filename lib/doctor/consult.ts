/** `slo-playground doctor`: which OP and client to examine, from the flags and the saved state of the demo. */
import { existsSync } from "node:fs";
import path from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { addressesOf, embeddedIssuer } from "#lib/config/apps.ts";
import { readCertificates, trustCertificates } from "#lib/net/certificates.ts";
import { certificateFile } from "#lib/op/tls.ts";
import { rememberedClient } from "#lib/register/registration.ts";
import { readState } from "#lib/register/saved-state.ts";
import { deliveryUnknown } from "./checks/backchannel.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import type { DoctorOptions } from "./options.ts";
import type { Patient, PatientClient } from "./patient.ts";

/** The issuer that the options name. */
export const issuerOf = ({ issuer, ports, https }: DoctorOptions): string =>
  issuer ?? embeddedIssuer(ports, https);

/** Every finding that needs no browser. @throws {CannotRun} if nothing can be examined */
export async function consult(options: DoctorOptions): Promise<Finding[]> {
  trustCertificates(authoritiesOf(options));
  const patient = await patientOf(options);
  return [...(await examine(patient)), deliveryUnknown(patient)];
}

/** The certificate of --ca, or at the embedded OP the one that the apps trust. */
function authoritiesOf({ ca, issuer, https, data }: DoctorOptions): string[] {
  const read = (file: string, flag = "") => readCertificates(file, (why) => new CannotRun(flag + why));
  const own = path.resolve(data, "op", certificateFile);
  const embedded = issuer === undefined && https && existsSync(own) ? read(own) : [];
  return ca === undefined ? embedded : [...embedded, ...read(ca, "--ca: ")];
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

const toClient = ({ id, secret, encryption }: NonNullable<DoctorOptions["client"]>): PatientClient => ({
  clientId: id,
  ...(secret !== undefined && { clientSecret: secret }),
  ...(encryption && { encryption }),
});
