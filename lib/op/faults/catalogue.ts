/** Every fault, by family. */
import { closestTo } from "#lib/config/closest.ts";
import { backChannel } from "./back-channel.ts";
import { discovery } from "./discovery.ts";
import type { Fault } from "./fault.ts";
import { frontChannel } from "./front-channel.ts";
import { idTokenHints } from "./id-token-hint.ts";
import { isolation } from "./isolation.ts";
import { keyRotation } from "./key-rotation.ts";
import { logoutQuestions } from "./logout-question.ts";
import { logoutRequests } from "./logout-requests.ts";
import { logoutTokenKeys } from "./logout-token-keys.ts";
import { notifiedTooSoon } from "./notified-too-soon.ts";
import { postLogoutUris } from "./post-logout-uri.ts";
import { rebornSids } from "./reborn-sids.ts";
import { rpInitiated } from "./rp-initiated.ts";
import { sessionManagement } from "./session-management.ts";

export const faults: readonly Fault[] = [
  ...rpInitiated,
  ...logoutRequests,
  ...postLogoutUris,
  ...idTokenHints,
  ...logoutQuestions,
  ...notifiedTooSoon,
  ...backChannel,
  ...logoutTokenKeys,
  ...frontChannel,
  ...sessionManagement,
  ...keyRotation,
  ...discovery,
  ...isolation,
  ...rebornSids,
];

/** The problem with these names, as the end of a sentence; undefined if there is none. */
export function problemWith(wanted: readonly string[]): string | undefined {
  const unknown = wanted.find((name) => !faults.some((fault) => fault.name === name));
  if (!unknown) return undefined;
  const names = faults.map(({ name }) => name);
  return `there is no fault ${unknown}; the closest are ${closestTo(unknown, names).join(", ")}`;
}
