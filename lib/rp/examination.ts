/** How the doctor examines this app. */
import { examine } from "#lib/doctor/examine.ts";
import type { Finding } from "#lib/doctor/finding.ts";
import type { Patient } from "#lib/doctor/patient.ts";
import { clientsAt } from "./clients.ts";
import { appToRegister } from "./registration/registration.ts";
import type { RelyingParty } from "./relying-party.ts";

/** The newest examination. It is about the app, not about a user, so everyone sees the same one. */
export async function lastExamination({
  store,
}: RelyingParty): Promise<{ at: number; findings: readonly Finding[] } | undefined> {
  const [event] = await store.listEvents("provider_examined", 1);
  return event && { at: event.at, findings: event.data.findings };
}

/** This app and its client at the OpenID Provider. */
export async function patientOf(rp: RelyingParty): Promise<Patient> {
  const [client] = await clientsAt(rp.provider, rp);
  return { issuer: rp.provider.issuer, app: appToRegister(rp), client };
}

/** The running examinations. Requests made meanwhile wait for the same one, so pressing the button often sends the
 * OpenID Provider no more requests. */
const underWay = new WeakMap<RelyingParty, Promise<void>>();

/** Examines app and OpenID Provider, and records the findings. */
export function examineOnce(rp: RelyingParty): Promise<void> {
  const running = underWay.get(rp);
  if (running) return running;
  const started = patientOf(rp)
    .then((patient) => examine(patient, rp.now))
    .then((findings) =>
      rp.record({ type: "provider_examined", data: { issuer: rp.provider.issuer, findings } }),
    )
    .finally(() => underWay.delete(rp));
  underWay.set(rp, started);
  return started;
}
