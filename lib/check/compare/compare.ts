/** What changed between two runs: of two versions of an OP, before and after a change of its settings. */
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Verdict } from "../model/check.ts";
import type { ComparedCheck, ComparedReport } from "./read-report.ts";

/** A check that both runs have, with another outcome. */
export interface Change {
  before: ComparedCheck;
  after: ComparedCheck;
}

export interface CapabilityChange {
  capability: Capability;
  column: "declared" | "configured" | "observed";
  /** Gained where it holds now, lost where it does no more. */
  holds: boolean;
}

export interface Comparison {
  /** Fields of the runs that differ, so that the difference may be no one's doing. */
  differences: { field: "issuer" | "driver"; before: string; after: string }[];
  failures: Change[];
  worsened: Change[];
  mended: Change[];
  /** Neither better nor worse: the same verdict for another reason, a check that is tried no more or for the first time. */
  otherwise: Change[];
  added: ComparedCheck[];
  gone: ComparedCheck[];
  capabilities: CapabilityChange[];
  /** Whether anything is worse: a check that both have, or a capability that is declared or configured no more. */
  isWorse: boolean;
}

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
    ...{ failures, worsened, mended: of("mended"), otherwise: of("otherwise") },
    added: [...recent].filter(([key]) => !old.has(key)).map(([, check]) => check),
    gone: [...old].filter(([key]) => !recent.has(key)).map(([, check]) => check),
    capabilities,
    isWorse: failures.length + worsened.length + lost.length > 0,
  };
}

const byKey = ({ checks }: ComparedReport): Map<string, ComparedCheck> =>
  new Map(checks.map((check) => [`${check.id} ${check.cookieMode}`, check]));

/** The status of an answer, and anything else with a figure in it. */
const figures = /(\b(?:HTTP|status)\s+[1-5]\d\d\b)|\S*\d\S*/g;

/** Times, ports and identifiers differ from run to run: a reason is another one only if its words are, or the status of an
 * HTTP answer. */
const wordsOf = ({ reason }: ComparedCheck): string =>
  reason.replaceAll(figures, (_, status: string | undefined) => status ?? "#");

/** What a pass has measured is not compared: it is fine either way. */
function hasChanged(before: ComparedCheck, after: ComparedCheck): boolean {
  if (before.verdict !== after.verdict) return true;
  return after.verdict !== "pass" && wordsOf(before) !== wordsOf(after);
}

type Kind = "failures" | "worsened" | "mended" | "otherwise";

/** How bad a verdict is. A skip is not bad in itself, but nothing is proven any more of what was before. */
const rank: Readonly<Record<Exclude<Verdict, "skip">, number>> = { pass: 0, info: 0, warn: 1, fail: 2 };

function kindOf({ before: { verdict: before }, after: { verdict: after } }: Change): Kind {
  if (before === after) return "otherwise";
  if (after === "fail") return "failures";
  if (after === "skip") return before === "pass" ? "worsened" : "otherwise";
  if (before === "skip" || rank[before] === rank[after]) return "otherwise";
  return rank[after] > rank[before] ? "worsened" : "mended";
}

function capabilityChanges(before: ComparedReport, after: ComparedReport): CapabilityChange[] {
  return after.capabilities.flatMap((now) => {
    const { capability } = now;
    const then = before.capabilities.find((each) => each.capability === capability);
    const columns = ["declared", "configured", "observed"] as const;
    return columns.flatMap((column) => {
      const [earlier, holds] = [then?.[column], now[column]];
      // What is not known of one of the runs has not changed as far as anybody can tell.
      if (typeof earlier !== "boolean" || typeof holds !== "boolean" || earlier === holds) return [];
      return [{ capability, column, holds }];
    });
  });
}
