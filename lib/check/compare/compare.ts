/** The changes between two runs, for example of two versions of an OP or before and after a change of its settings. */
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Verdict } from "../model/check.ts";
import type { ComparedCheck, ComparedReport } from "./read-report.ts";

/** A check of both runs with different results. */
export interface Change {
  before: ComparedCheck;
  after: ComparedCheck;
}

interface CapabilityChange {
  capability: Capability;
  column: "declared" | "configured" | "observed";
  /** Whether it was gained or lost. */
  holds: boolean;
}

export interface Comparison {
  /** Fields of the runs that differ, which may explain the changes. */
  differences: { field: "issuer" | "driver"; before: string; after: string }[];
  failures: Change[];
  worsened: Change[];
  fixed: Change[];
  /** Neither better nor worse: the same verdict for another reason, or a check that is no longer skipped, or newly so. */
  otherwise: Change[];
  added: ComparedCheck[];
  gone: ComparedCheck[];
  capabilities: CapabilityChange[];
  /** Whether a check of both runs is worse, or a capability is no longer declared or configured. */
  isWorse: boolean;
}

/** Compares two runs by their checks, each in its cookie mode, and by their capabilities. */
export function compare(before: ComparedReport, after: ComparedReport): Comparison {
  const [old, recent] = [byKey(before), byKey(after)];
  const changes = [...recent].flatMap(([key, check]): Change[] => {
    const earlier = old.get(key);
    return earlier && hasChanged(earlier, check) ? [{ before: earlier, after: check }] : [];
  });
  const of = (kind: Kind) => changes.filter((change) => kindOf(change) === kind);
  const capabilities = capabilityChanges(before, after);
  const [failures, worsened] = [of("failures"), of("worsened")];
  const lost = capabilities.filter(({ holds, column }) => !holds && column !== "observed");
  return {
    differences: (["issuer", "driver"] as const)
      .filter((field) => before[field] !== after[field])
      .map((field) => ({ field, before: before[field], after: after[field] })),
    ...{ failures, worsened, fixed: of("fixed"), otherwise: of("otherwise") },
    added: [...recent].filter(([key]) => !old.has(key)).map(([, check]) => check),
    gone: [...old].filter(([key]) => !recent.has(key)).map(([, check]) => check),
    capabilities,
    isWorse: failures.length + worsened.length + lost.length > 0,
  };
}

const byKey = ({ checks }: ComparedReport): Map<string, ComparedCheck> =>
  new Map(checks.map((check) => [`${check.id} ${check.cookieMode}`, check]));

/** An HTTP status, or any other word with a digit in it. */
const figures = /(\b(?:HTTP|status)\s+[1-5]\d\d\b)|\S*\d\S*/g;

/** Times, ports and identifiers differ between runs: a reason has changed only if its words or an HTTP status have. */
const wordsOf = ({ reason }: ComparedCheck): string =>
  reason.replaceAll(figures, (_, status: string | undefined) => status ?? "#");

/** Ignores the measurements of a pass. */
function hasChanged(before: ComparedCheck, after: ComparedCheck): boolean {
  if (before.verdict !== after.verdict) return true;
  return after.verdict !== "pass" && wordsOf(before) !== wordsOf(after);
}

type Kind = "failures" | "worsened" | "fixed" | "otherwise";

/** How bad a verdict is. A skip is not bad in itself, but after a pass it proves less. */
const rank: Readonly<Record<Exclude<Verdict, "skip">, number>> = { pass: 0, info: 0, warn: 1, fail: 2 };

function kindOf({ before: { verdict: before }, after: { verdict: after } }: Change): Kind {
  if (before === after) return "otherwise";
  if (after === "fail") return "failures";
  if (after === "skip") return before === "pass" ? "worsened" : "otherwise";
  if (before === "skip" || rank[before] === rank[after]) return "otherwise";
  return rank[after] > rank[before] ? "worsened" : "fixed";
}

function capabilityChanges(before: ComparedReport, after: ComparedReport): CapabilityChange[] {
  return after.capabilities.flatMap((now) => {
    const { capability } = now;
    const then = before.capabilities.find((each) => each.capability === capability);
    const columns = ["declared", "configured", "observed"] as const;
    return columns.flatMap((column) => {
      const [earlier, holds] = [then?.[column], now[column]];
      // If one of the runs does not know, no change is proven.
      if (typeof earlier !== "boolean" || typeof holds !== "boolean" || earlier === holds) return [];
      return [{ capability, column, holds }];
    });
  });
}
