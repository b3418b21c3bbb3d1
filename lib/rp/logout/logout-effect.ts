/** What an accepted logout token did here, in words: they are made when someone reads its record. */
import { type Found, worded } from "#lib/oidc/checklist.ts";
import { clauses } from "#lib/oidc/logout-token.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import type { AcceptedLogoutToken } from "../events.ts";
import { whyUnmatched } from "./unmatched.ts";

/** Why it ended no session, although the user is logged in here. */
export const warningOf = ({ ended, others, clientIds, sub, sid }: AcceptedLogoutToken): string | undefined =>
  ended.length > 0 ? undefined : whyUnmatched({ sid, sub }, others, clientIds);

/** All verdicts: the last one is known only after the logout. */
export const verdictsOf = (accepted: AcceptedLogoutToken): Verdict[] =>
  worded([...accepted.found, sessionCheck(accepted)], clauses);

/** BCL 2.7: no session to end is success as well. */
function sessionCheck(accepted: AcceptedLogoutToken): Found {
  const warning = warningOf(accepted);
  if (warning) return ["session", "warn", warning, "a session with this sid or sub"];
  const { length } = accepted.ended;
  return ["session", "pass", length === 0 ? "none here: success as well" : `${length} ended`];
}
