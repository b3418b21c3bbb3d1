/** What to request from an OP that refuses a client: first without the field that it names, or for fewer flows. If it
 * names nothing, for fewer flows, then without one group of fields after the other, finally without all of them. */
import type { ClientMetadata } from "./client-metadata.ts";
import { mechanisms, type RegisteredMechanism } from "./mechanisms.ts";
import { changedBy, type Flow, flowAfter, flowsFor, withFlow } from "./registration-flows.ts";

/** Maximum number of requests for one client. */
const maxRequests = 9;

/** Fields that only make sense together, and how an OP's error description names them. */
const groups = {
  encryption: {
    fields: ["id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "jwks_uri"],
    named: /encrypt|jwks/i,
  },
  "front-channel": {
    fields: mechanisms["front-channel"].registeredBy,
    named: /front[_ -]?channel/i,
  },
  "back-channel": {
    fields: mechanisms["back-channel"].registeredBy,
    named: /back[_ -]?channel/i,
  },
  "post-logout": { fields: ["post_logout_redirect_uris"], named: /post[_ -]?logout/i },
} as const satisfies Record<
  RegisteredMechanism | "encryption" | "post-logout",
  { fields: readonly string[]; named: RegExp }
>;

type Group = keyof typeof groups;

/** The flows that were asked for after the first, each with the words that refused the one before. */
export type FlowSteps = readonly { flow: Flow; words: string }[];

interface Attempts {
  /** The metadata of the next request. */
  metadata(): ClientMetadata;
  /** Learns from the OP's words. @returns false when nothing is left to try */
  refused(words: string): boolean;
  /** The reason for each field that the last request omitted or changed. */
  reasons(): Map<string, string>;
  /** Empty if the OP has not refused the first flow. */
  learned(): FlowSteps;
}

interface Trial {
  flow?: Flow;
  groups: readonly Group[];
}

/** @param asked the metadata of the first request
 * @param known what another client has learned at this OP */
export function attemptsFor(asked: ClientMetadata, known: FlowSteps = []): Attempts {
  const present = (Object.keys(groups) as Group[]).filter((group) =>
    groups[group].fields.some((field) => field in asked),
  );
  const flows = flowsFor(asked);
  /** Because the OP named it. */
  const named = new Map<Group, string>();
  let kept = known.filter((step) => flows.includes(step.flow));
  /** To see whether it helps. */
  let trial: Trial = { groups: [] };
  const untried: Trial[] = [
    ...flows.slice(1).map((flow) => ({ flow, groups: [] })),
    ...present.map((group) => ({ groups: [group] })),
  ];
  let requests = 1;
  let lastWords = "";

  /** The steps to the current flow. */
  const steps = (): FlowSteps => (trial.flow ? [...kept, { flow: trial.flow, words: lastWords }] : kept);
  const flow = () => steps().at(-1)?.flow ?? "declared";
  const omitted = () => new Set([...named.keys(), ...trial.groups]);
  const keepTrial = () => {
    for (const group of trial.groups) named.set(group, lastWords);
    kept = [...steps()];
    trial = { groups: [] };
  };
  const isNew = (each: Trial) =>
    each.flow
      ? flows.indexOf(each.flow) > flows.indexOf(kept.at(-1)?.flow ?? "declared")
      : each.groups.some((group) => !named.has(group));
  const everything: Trial = { flow: flows.at(-1) as Flow, groups: present };
  return {
    metadata: () => without(withFlow(asked, flow()), omitted()),
    refused(words) {
      const remaining = present.filter((group) => !omitted().has(group));
      if ((remaining.length === 0 && flow() === flows.at(-1)) || requests === maxRequests) return false;
      requests += 1;
      const field = firstNamed(words, remaining);
      const next = flowAfter(flow(), words, flows, field !== undefined);
      const guilty = next ? undefined : field;
      if (guilty || next) {
        // The OP now names something else, so what is on trial has helped.
        keepTrial();
        if (guilty) named.set(guilty, words);
        if (next) kept = [...kept, { flow: next, words }];
      } else {
        const at = untried.findIndex(isNew);
        const [one] = at < 0 || requests === maxRequests ? [] : untried.splice(at, 1);
        trial = one ?? everything;
      }
      lastWords = words;
      return true;
    },
    reasons() {
      const together = trial === everything ? " (omitted together with others: the OP named no field)" : "";
      const all = [...named, ...trial.groups.map((group) => [group, `${lastWords}${together}`] as const)];
      const fields = all.flatMap(([group, words]) =>
        groups[group].fields.map((field) => [field, words] as const),
      );
      return new Map([...fields, ...flowReasons(asked, steps(), together)]);
    },
    learned: () => (trial === everything ? [] : steps()),
  };
}

/** For each field that the last of these flows changes, the words that led to it. */
function flowReasons(
  asked: ClientMetadata,
  steps: FlowSteps,
  note: string,
): [field: string, words: string][] {
  const { flow } = steps.at(-1) ?? {};
  if (flow === undefined) return [];
  const valueIn = (field: string, step: number) =>
    JSON.stringify(withFlow(asked, steps[step]?.flow ?? "declared")[field]);
  return changedBy(asked, flow).map((field) => {
    const led = steps.filter((_, step) => valueIn(field, step) !== valueIn(field, step - 1));
    return [field, `${[...new Set(led.map(({ words }) => words))].join("; then ")}${note}`];
  });
}

/** The group that the words name first. */
function firstNamed(words: string, candidates: readonly Group[]): Group | undefined {
  const found = candidates
    .map((group) => ({ group, at: words.search(groups[group].named) }))
    .filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at)[0]?.group;
}

function without(asked: ClientMetadata, omitted: ReadonlySet<Group>): ClientMetadata {
  const dropped = new Set<string>([...omitted].flatMap((group) => groups[group].fields));
  const kept = Object.fromEntries(Object.entries(asked).filter(([field]) => !dropped.has(field)));
  return { ...kept, response_types: asked.response_types };
}
