/** The back-channel logout URL: whether it answers from here, and whether the OpenID Provider gets there. */
import { isLoopback } from "#lib/net/loopback.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import { type Patient, serverUrlOf } from "../patient.ts";
import { type Prober, Unanswered } from "../prober.ts";

/** Asked by GET, which the endpoint refuses by its method: nothing is done and nothing recorded. */
export async function examineBackchannel(patient: Patient, prober: Prober): Promise<Finding> {
  const url = `${serverUrlOf(patient)}/bclogout`;
  try {
    const { status } = await prober.ask(url);
    if (status === 405 || status === 400)
      return finding(
        "backchannel",
        "ok",
        `${url} answers from here (HTTP ${status} to a GET, as it should).`,
      );
    return finding(
      "backchannel",
      "problem",
      `${url} answers HTTP ${status} to a GET, not 405 as the app does.`,
      "Something else answers there: look at the port, and at the proxy in front of the app.",
    );
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return finding(
      "backchannel",
      "problem",
      `${url}: ${quoted(error.message)}.`,
      "Start the app, or correct its address (RP_BASE_URLS; --ports and --front-port for this command).",
    );
  }
}

/** What the app has seen of back-channel logout. Times are milliseconds since the epoch. */
export interface Evidence {
  /** The newest logout token that the OP had signed. */
  token?: { at: number; error?: string | undefined } | undefined;
  /** The newest one that could not be verified: from anybody. */
  unverified?: { at: number; error: string } | undefined;
  /** When a browser came back from a logout at the OP. */
  logout?: { at: number } | undefined;
  /** Whether the mechanism is switched off here. */
  off?: boolean;
}

/** A logout token may come before its browser is back, and some OPs send it after. */
const apart = 60_000;
const late = 10_000;

/** Judges by what came, and advises where nothing did. */
export function examineDelivery(patient: Patient, evidence: Evidence, now: number): Finding {
  const { token, unverified, logout } = evidence;
  const advice = adviceFor(patient);
  if (evidence.off)
    return finding(
      "delivery",
      "warning",
      "This app has back-channel logout switched off: it answers logout tokens with 404.",
      "Switch it on again on the start page.",
    );
  if (unverified && unverified.at > (token?.at ?? 0))
    return finding(
      "delivery",
      "warning",
      `What arrived ${since(unverified.at, now)} could not be verified: ${quoted(unverified.error)}`,
      "If it came from the OpenID Provider, the start page shows which check failed; anybody may have sent it.",
    );
  if (logout && logout.at - (token?.at ?? 0) > apart && now - logout.at > late)
    return finding(
      "delivery",
      "problem",
      `A logout at the OpenID Provider came back ${since(logout.at, now)}, and no logout token arrived for it.`,
      advice,
    );
  if (token?.error)
    return finding(
      "delivery",
      "problem",
      `The logout token that arrived ${since(token.at, now)} was refused: ${quoted(token.error)}`,
      "The start page shows every check of it.",
    );
  if (token)
    return finding("delivery", "ok", `A logout token arrived ${since(token.at, now)} and was accepted.`);
  return finding(
    "delivery",
    "unknown",
    "No logout token has arrived in the last 24 hours; only a real logout can tell.",
    advice,
  );
}

/** For whom nothing is known of what arrived. */
export const deliveryUnseen = (patient: Patient): Finding =>
  finding(
    "delivery",
    "unknown",
    "Only a logout can tell: sign in at the app, log out, and look at its page Doctor.",
    adviceFor(patient),
  );

function adviceFor(patient: Patient): string {
  const url = `${serverUrlOf(patient)}/bclogout`;
  const app = new URL(url);
  const issuer = new URL(patient.issuer);
  if (!isLoopback(app.hostname))
    return `Register ${url}, and let the OpenID Provider's server open it: its name must resolve there, no firewall be in between, and its certificate be trusted there.`;
  if (!isLoopback(issuer.hostname))
    return `Register an address that ${issuer.hostname} can reach: for its server ${app.hostname} is itself. Give the app a name of its own (RP_BASE_URLS), or a tunnel.`;
  return `Register ${url}. If the OpenID Provider runs in a container, ${app.hostname} is the container there: let it share the host's network, or register host.docker.internal and start the app so that it listens for it. Some refuse addresses of their own machine until told otherwise.`;
}

function since(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
