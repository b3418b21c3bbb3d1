/** One examination: every check that a server can make. */
import { examineBackchannel } from "./checks/backchannel.ts";
import { examineCallbacks } from "./checks/callbacks.ts";
import { examineCapabilities } from "./checks/capabilities.ts";
import { examineClientSecret } from "./checks/client-secret.ts";
import { examineClock } from "./checks/clock.ts";
import { examineCookies } from "./checks/cookies.ts";
import { examineDiscovery } from "./checks/discovery.ts";
import { examineKeys } from "./checks/keys.ts";
import { examinePostLogout } from "./checks/post-logout.ts";
import { examineSite } from "./checks/site.ts";
import { examineTransport } from "./checks/transport.ts";
import type { Finding } from "./finding.ts";
import { type Case, type Patient, serverUrlOf } from "./patient.ts";
import { createProber } from "./prober.ts";

/** Sends at most 20 requests of at most 5 seconds each: to the issuer, to the hosts that its document vouches for, and to
 * the app's own back-channel logout URL.
 * @param now milliseconds since the epoch */
export async function examine(patient: Patient, now: () => number = Date.now): Promise<Finding[]> {
  const prober = createProber([patient.issuer, serverUrlOf(patient)], now);
  const [{ findings, metadata }, backchannel] = await Promise.all([
    examineDiscovery(patient.issuer, prober),
    examineBackchannel(patient, prober),
  ]);
  const known = { ...patient, metadata: metadata ?? { issuer: patient.issuer }, prober, now };
  const more = metadata ? await examineProvider(known) : [await examineTransport(known)];
  return [
    ...findings,
    backchannel,
    ...more,
    examineSite(known),
    examineClock(prober.answers, patient.issuer),
    examineCookies(
      prober.answers.filter(({ url }) => !url.startsWith(serverUrlOf(patient))),
      patient,
    ),
  ];
}

/** The checks that need a discovery document. */
async function examineProvider(patient: Case): Promise<Finding[]> {
  const [transport, keys, callbacks, secret, postLogout] = await Promise.all([
    examineTransport(patient),
    examineKeys(patient),
    examineCallbacks(patient),
    examineClientSecret(patient),
    examinePostLogout(patient),
  ]);
  return [transport, ...keys, ...examineCapabilities(patient), ...callbacks, secret, ...postLogout];
}
