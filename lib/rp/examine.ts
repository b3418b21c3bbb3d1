/** POST /examine: has the doctor look at this app and its OpenID Provider. The page /doctor shows what was found. */
import type { Finding } from "#lib/oidc/finding.ts";
import { clientsAt } from "./clients.ts";
import { examine } from "./doctor/examine.ts";
import type { Patient } from "./doctor/patient.ts";
import { assertSameOrigin, type Endpoint, seeOther } from "./http.ts";
import { appToRegister } from "./register.ts";
import { baseUrlFor, type RelyingParty } from "./relying-party.ts";
import { newSessionId, readSession, sessionCookie } from "./session-cookie.ts";

export const runChecks: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const findings = await examineOnce(rp);
  // Only now: the checks take a while, and the session may have changed.
  const session = await readSession(request.headers.get("cookie"), rp);
  const sessionId = session?.sessionId ?? newSessionId();
  const { values = {}, errors = {}, ...more } = session?.form ?? {};
  const examination = { at: rp.now(), findings };
  await rp.store.saveForm(sessionId, { values, errors, ...more, examination }, rp.now());
  return seeOther(`${base}/doctor`, [await sessionCookie(sessionId, base, rp)]);
};

/** This app with the client that it is at its OpenID Provider. */
export async function patientOf(rp: RelyingParty): Promise<Patient> {
  const [client] = await clientsAt(rp.provider, rp);
  return { issuer: rp.provider.issuer, app: appToRegister(rp), client };
}

/** The examinations that are under way. Whoever asks meanwhile gets the findings of the same one: pressing the button
 * often sends the OpenID Provider no more requests. */
const underWay = new WeakMap<RelyingParty, Promise<Finding[]>>();

function examineOnce(rp: RelyingParty): Promise<Finding[]> {
  const running = underWay.get(rp) ?? patientOf(rp).then((patient) => examine(patient, rp.now));
  underWay.set(rp, running);
  return running.finally(() => underWay.delete(rp));
}
