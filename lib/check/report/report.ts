/** The results of a run as data, the source of every report format. */
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { CheckResult } from "../model/check.ts";

/** What the OP declares, what its clients were registered with, and what the checks observed. */
export interface CapabilityReport {
  capability: Capability;
  declared: boolean;
  /** Not known of clients registered by hand and of capabilities without client metadata, unless observed. */
  configured: boolean | "not known";
  observed: boolean;
}

export interface Report {
  issuer: string;
  driver: string;
  /** ISO date. */
  startedAt: string;
  durationMs: number;
  /** The run was interrupted before all checks had run. */
  interrupted?: true;
  /** What the run had to do in another way than the OP declares, each with the OP's words. */
  notes?: readonly string[];
  capabilities: CapabilityReport[];
  checks: CheckResult[];
}

/** For example "1 min 40 s". */
export function durationWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The families of the catalogue, in order, by the first letter of their ids. */
export const families: Readonly<Record<string, string>> = {
  W: "Walkthrough",
  R: "RP-Initiated Logout",
  B: "Back-Channel Logout",
  F: "Front-Channel Logout",
  S: "Session Management",
  D: "Discovery",
  I: "Isolation",
};

/** The family's letter, a key of `families`. */
export const familyOf = ({ id }: Pick<CheckResult, "id">): string => id.charAt(0);

/** The cookie mode of a result; empty for the usual one. */
export const cookieWords = ({ cookieMode }: Pick<CheckResult, "cookieMode">): string =>
  cookieMode === "cookies-blocked" ? "third-party cookies blocked" : "";
