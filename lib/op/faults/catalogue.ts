/** Every fault, by family. */
import { backChannel } from "./back-channel.ts";
import { discovery } from "./discovery.ts";
import type { Fault } from "./fault.ts";
import { frontChannel } from "./front-channel.ts";
import { idTokenHints } from "./id-token-hint.ts";
import { isolation } from "./isolation.ts";
import { keyRotation } from "./key-rotation.ts";
import { logoutQuestions } from "./logout-question.ts";
import { logoutRequests } from "./logout-requests.ts";
import { postLogoutUris } from "./post-logout-uri.ts";
import { rpInitiated } from "./rp-initiated.ts";
import { sessionManagement } from "./session-management.ts";
import { notifiedTooSoon } from "./told-too-soon.ts";

export const faults: readonly Fault[] = [
  ...rpInitiated,
  ...logoutRequests,
  ...postLogoutUris,
  ...idTokenHints,
  ...logoutQuestions,
  ...notifiedTooSoon,
  ...backChannel,
  ...frontChannel,
  ...sessionManagement,
  ...keyRotation,
  ...discovery,
  ...isolation,
];

/** The problem with these names, as the end of a sentence; undefined if there is none. */
export function problemWith(names: readonly string[]): string | undefined {
  const unknown = names.find((name) => !faults.some((fault) => fault.name === name));
  return unknown && `there is no fault ${unknown}; the closest are ${closestTo(unknown).join(", ")}`;
}

/** The three names that share the most pairs of letters with it. */
function closestTo(wanted: string): string[] {
  const likeness = (name: string): number => {
    const [a, b] = [pairsOf(wanted), pairsOf(name)];
    return [...a].filter((pair) => b.has(pair)).length / (a.size + b.size);
  };
  const names = faults.map(({ name }) => name);
  return names.toSorted((a, b) => likeness(b) - likeness(a)).slice(0, 3);
}

const pairsOf = (text: string): Set<string> =>
  new Set(Array.from({ length: text.length }, (_, index) => text.slice(index, index + 2)));
