/** Three columns: what is declared, what was configured, what was seen. */
import type { Metadata } from "#lib/oidc/provider.ts";
import { declared } from "../capabilities.ts";
import { type Capability, type CheckResult, capabilities } from "../check.ts";
import type { CapabilityReport } from "./report.ts";

/** The checks that see a capability at work when they pass. */
const witnesses: Readonly<Record<Exclude<Capability, "registration">, readonly string[]>> = {
  "end-session": ["R-01"],
  "back-channel": ["B-01"],
  "front-channel": ["F-01"],
  "session-management": ["S-05"],
};

/** @param registered whether the run has registered a client at the registration endpoint */
export function capabilitiesOf(
  metadata: Metadata,
  results: readonly CheckResult[],
  registered: boolean,
): CapabilityReport[] {
  const seen = (id: string) => results.some((result) => result.id === id && /pass|warn/.test(result.verdict));
  const refused = (id: string) =>
    results.some((result) => result.id === id && /did not register/.test(result.reason));
  return capabilities.map((capability) => {
    const isDeclared = Boolean(metadata[declared[capability]]);
    const checks = capability === "registration" ? [] : witnesses[capability];
    const observed = capability === "registration" ? registered : checks.some(seen);
    // What was seen was configured, also at an OP that does not declare it.
    const configured = observed || (isDeclared && !checks.some(refused));
    return { capability, declared: isDeclared, configured, observed };
  });
}
