/** What a run found, as data: the same for every form of the report. */
import type { Capability, CheckResult } from "../check.ts";

/** What the OP says that it can do, what its clients were registered with, and what it was seen to do. */
export interface CapabilityReport {
  capability: Capability;
  declared: boolean;
  configured: boolean;
  observed: boolean;
}

export interface Report {
  issuer: string;
  driver: string;
  /** ISO date. */
  startedAt: string;
  durationMs: number;
  capabilities: CapabilityReport[];
  checks: CheckResult[];
}
