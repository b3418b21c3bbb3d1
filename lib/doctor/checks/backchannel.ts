/** The back-channel logout URL: does it answer from here, and does the OpenID Provider reach it? */
import { isInternal, silentProviders } from "#lib/net/internal-address.ts";
import { isLoopback } from "#lib/net/loopback.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import { type Patient, serverUrlOf } from "../patient.ts";
import { type Prober, Unanswered } from "../prober.ts";

/** Sends a GET, which the endpoint rejects without doing or recording anything. */
export async function examineBackchannel(patient: Patient, prober: Prober): Promise<Finding> {
  const url = `${serverUrlOf(patient)}/bclogout`;
  try {
    const { status } = await prober.ask(url);
    if (status === 405 || status === 400)
      return finding("backchannel", "ok", `${url} answers from here (HTTP ${status} to a GET, as expected).`);
    return finding(
      "backchannel",
      "problem",
      `${url} answers a GET with HTTP ${status} instead of 405.`,
      "Something other than the app answers there: check the port and the proxy in front of the app.",
    );
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return finding(
      "backchannel",
      "problem",
      `${url}: ${quoted(error.message)}.`,
      "Start the app, or correct its address (RP_BASE_URLS; for this command --ports and --front-port).",
    );
  }
}

/** What the app has recorded about back-channel logout. Times are milliseconds since the epoch. */
export interface Evidence {
  /** The latest logout token with a valid signature of the OP. */
  token?: { at: number; error?: string | undefined } | undefined;
  /** The latest one that could not be verified; anyone may have sent it. */
  unverified?: { at: number; error: string } | undefined;
  /** When a browser last returned from a logout at the OP. */
  logout?: { at: number } | undefined;
  /** Whether the mechanism is switched off in this app. */
  off?: boolean;
}

/** A logout token may arrive before the browser returns; some OPs send it later. */
const apart = 60_000;
const late = 10_000;

/** @param now milliseconds since the epoch */
export function examineDelivery(patient: Patient, evidence: Evidence, now: number): Finding {
  const { token, unverified, logout } = evidence;
  const advice = adviceFor(patient);
  if (evidence.off)
    return finding(
      "delivery",
      "warning",
      "Back-channel logout is switched off in this app: it answers logout tokens with 404.",
      "Switch it on on the start page.",
    );
  if (unverified && unverified.at > (token?.at ?? 0))
    return finding(
      "delivery",
      "warning",
      `The logout token that arrived ${since(unverified.at, now)} could not be verified: ${quoted(unverified.error)}`,
      "Anyone may have sent it. If it came from the OpenID Provider, the start page shows which check failed.",
    );
  if (logout && logout.at - (token?.at ?? 0) > apart && now - logout.at > late)
    return finding(
      "delivery",
      "problem",
      `A browser returned from a logout at the OpenID Provider ${since(logout.at, now)}, but no logout token arrived.`,
      advice,
    );
  if (token?.error)
    return finding(
      "delivery",
      "problem",
      `The logout token that arrived ${since(token.at, now)} was rejected: ${quoted(token.error)}`,
      "The start page shows the result of every check.",
    );
  if (token)
    return finding("delivery", "ok", `A logout token arrived ${since(token.at, now)} and was accepted.`);
  return finding(
    "delivery",
    "unknown",
    "No logout token has arrived in the last 24 hours. Only a real logout shows whether one does.",
    advice,
  );
}

/** The finding for callers that do not know what arrived. */
export const deliveryUnknown = (patient: Patient): Finding =>
  finding(
    "delivery",
    "unknown",
    "Only a real logout shows it: sign in at the app, log out, and open its page Doctor.",
    adviceFor(patient),
  );

function adviceFor(patient: Patient): string {
  const { hostname } = new URL(serverUrlOf(patient));
  return [pathAdvice(patient), ...(isInternal(hostname) ? [silentProviders] : [])].join(" ");
}

function pathAdvice(patient: Patient): string {
  const url = `${serverUrlOf(patient)}/bclogout`;
  const app = new URL(url);
  const issuer = new URL(patient.issuer);
  if (!isLoopback(app.hostname))
    return `Register ${url}, and make sure that the OpenID Provider's server reaches it: it must resolve the name and trust the certificate, and no firewall may be in between.`;
  if (!isLoopback(issuer.hostname))
    return `Register a URL that ${issuer.hostname} can reach: to its server, ${app.hostname} is itself. Give the app its own host name (RP_BASE_URLS) or use a tunnel.`;
  return `Register ${url}. If the OpenID Provider runs in a container, ${app.hostname} is the container itself: use the host's network, or register host.docker.internal and let the app listen on that interface.`;
}

function since(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
