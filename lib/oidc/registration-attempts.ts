/** What to request from an OP that refuses unknown fields: first without the field that it names, otherwise without
 * one group of fields after the other, finally without all of them. */
import { type ClientMetadata, sortedWords } from "./client-metadata.ts";
import { mechanisms, type RegisteredMechanism } from "./mechanisms.ts";

/** Maximum number of requests for one client. */
const maxRequests = 6;

/** Fields that only make sense together, and how an OP's error description names them. */
const groups = {
  // Some OPs register only single words, and then allow any combination of them.
  response_types: { fields: ["response_types"], named: /response[_ -]?type/i },
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
  RegisteredMechanism | "response_types" | "encryption" | "post-logout",
  { fields: readonly string[]; named: RegExp }
>;

type Group = keyof typeof groups;

interface Attempts {
  /** The metadata of the next request. */
  metadata(): ClientMetadata;
  /** Learns from the OP's words. @returns false when nothing is left to omit */
  refused(words: string): boolean;
  /** The reason for each field that the last request omitted. */
  reasons(): Map<string, string>;
}

/** @param asked the metadata of the first request */
export function attemptsFor(asked: ClientMetadata): Attempts {
  const present = (Object.keys(groups) as Group[]).filter((group) => isIn(asked, group));
  /** Omitted because the OP named it. */
  const named = new Map<Group, string>();
  /** Omitted to see whether it helps. */
  let trial: readonly Group[] = [];
  const untried = new Set(present);
  let requests = 1;
  let lastWords = "";

  const leftOut = () => new Set([...named.keys(), ...trial]);
  return {
    metadata: () => without(asked, leftOut()),
    refused(words) {
      const remaining = present.filter((group) => !leftOut().has(group));
      if (remaining.length === 0 || requests === maxRequests) return false;
      requests += 1;
      const guilty = firstNamed(words, remaining);
      if (guilty) {
        // The OP now names another group, so omitting the one on trial has helped.
        for (const group of trial) named.set(group, lastWords);
        named.set(guilty, words);
        trial = [];
      } else {
        const next = present.find((group) => untried.has(group) && !named.has(group));
        const isLast = next === undefined || requests === maxRequests;
        trial = isLast ? present.filter((group) => !named.has(group)) : [next];
      }
      for (const group of trial) untried.delete(group);
      lastWords = words;
      return true;
    },
    reasons() {
      const unnamed =
        trial.length > 1 ? `${lastWords} (omitted together with others: the OP named no field)` : lastWords;
      const all = [...named, ...trial.map((group) => [group, unnamed] as const)];
      return new Map(all.flatMap(([group, words]) => groups[group].fields.map((field) => [field, words])));
    },
  };
}

function isIn(asked: ClientMetadata, group: Group): boolean {
  if (group === "response_types") return asked.response_types.some((type) => type.includes(" "));
  return groups[group].fields.some((field) => field in asked);
}

/** The group that the words name first. */
function firstNamed(words: string, candidates: readonly Group[]): Group | undefined {
  const found = candidates
    .map((group) => ({ group, at: words.search(groups[group].named) }))
    .filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at)[0]?.group;
}

function without(asked: ClientMetadata, leftOut: ReadonlySet<Group>): ClientMetadata {
  const dropped = new Set<string>(
    [...leftOut].filter((group) => group !== "response_types").flatMap((group) => groups[group].fields),
  );
  const kept = Object.fromEntries(Object.entries(asked).filter(([field]) => !dropped.has(field)));
  const response_types = leftOut.has("response_types") ? singleWords(asked) : asked.response_types;
  return { ...kept, response_types };
}

const singleWords = ({ response_types }: ClientMetadata): string[] => [
  ...new Set(response_types.flatMap((type) => sortedWords(type).split(" "))),
];
