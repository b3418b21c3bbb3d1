/** How to be registered by an OP that refuses what it does not know: without the field that it names, else without one
 * group of fields after the other, at last without any of them. */
import { type ClientMetadata, sortedWords } from "./client-metadata.ts";

/** Most requests for one client. */
export const mostRequests = 6;

/** Fields that only make sense together, and how an OP's words name them. */
const groups = {
  // Some OPs take single words alone, and any combination of those that are registered.
  response_types: { fields: ["response_types"], named: /response[_ -]?type/i },
  encryption: {
    fields: ["id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "jwks_uri"],
    named: /encrypt|jwks/i,
  },
  "front-channel": {
    fields: ["frontchannel_logout_uri", "frontchannel_logout_session_required"],
    named: /front[_ -]?channel/i,
  },
  "back-channel": {
    fields: ["backchannel_logout_uri", "backchannel_logout_session_required"],
    named: /back[_ -]?channel/i,
  },
  "post-logout": { fields: ["post_logout_redirect_uris"], named: /post[_ -]?logout/i },
} as const;

type Group = keyof typeof groups;

export interface Attempts {
  /** What to ask for next. */
  metadata(): ClientMetadata;
  /** Takes the OP's words in. @returns false when there is nothing left to leave out */
  refused(words: string): boolean;
  /** Why each field was left out that the last attempt left out. */
  reasons(): Map<string, string>;
}

export function attemptsFor(asked: ClientMetadata): Attempts {
  const present = (Object.keys(groups) as Group[]).filter((group) => isIn(asked, group));
  /** Left out because the OP named it. */
  const named = new Map<Group, string>();
  /** Left out to see whether it helps. */
  let trial: readonly Group[] = [];
  const untried = new Set(present);
  let requests = 1;
  let lastWords = "";

  const leftOut = () => new Set([...named.keys(), ...trial]);
  return {
    metadata: () => without(asked, leftOut()),
    refused(words) {
      const remaining = present.filter((group) => !leftOut().has(group));
      if (remaining.length === 0 || requests === mostRequests) return false;
      requests += 1;
      const guilty = firstNamed(words, remaining);
      if (guilty) {
        // That the OP now names another says that leaving the one on trial out has helped.
        for (const group of trial) named.set(group, lastWords);
        named.set(guilty, words);
        trial = [];
      } else {
        const next = present.find((group) => untried.has(group) && !named.has(group));
        const isLast = next === undefined || requests === mostRequests;
        trial = isLast ? present.filter((group) => !named.has(group)) : [next];
      }
      for (const group of trial) untried.delete(group);
      lastWords = words;
      return true;
    },
    reasons() {
      const unnamed = trial.length > 1 ? `${lastWords} (left out with others: no field is named)` : lastWords;
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
