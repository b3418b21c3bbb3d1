/** What a run found, as data: the same for every form of the report. */
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { CheckResult } from "../model/check.ts";

/** What the OP says that it can do, what its clients were registered with, and what it was seen to do. */
export interface CapabilityReport {
  capability: Capability;
  declared: boolean;
  /** Not known of clients by hand, and of what no client metadata is about, unless it was seen. */
  configured: boolean | "not known";
  observed: boolean;
}

export interface Report {
  issuer: string;
  driver: string;
  /** ISO date. */
  startedAt: string;
  durationMs: number;
  /** The run was ended before all of its checks. */
  interrupted?: true;
  capabilities: CapabilityReport[];
  checks: CheckResult[];
}

/** As people say it, for example "1 min 40 s". */
export function durationWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The families of the catalogue in their order, by the first letter of an id. */
export const families: Readonly<Record<string, string>> = {
  W: "Walkthrough",
  R: "RP-Initiated Logout",
  B: "Back-Channel Logout",
  F: "Front-Channel Logout",
  S: "Session Management",
  D: "Discovery",
  I: "Isolation",
};

export const familyOf = ({ id }: Pick<CheckResult, "id">): string => id.charAt(0);

/** What tells the two ways to treat third-party cookies apart; nothing for the usual one. */
export const cookieWords = ({ cookieMode }: Pick<CheckResult, "cookieMode">): string =>
  cookieMode === "cookies-blocked" ? "third-party cookies blocked" : "";
