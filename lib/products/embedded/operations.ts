/** What only the process that has started an embedded OP can do to it. */

import { OpStore } from "#lib/op/store/op-store.ts";
import { sidOf } from "#lib/op/store/stored-session.ts";
import type { Driver } from "../driver.ts";

/** Stops an OP and starts it again on the same port, with everything it has stored.
 * @param env settings that override the ones it had
 * @param meanwhile what happens to its folder */
export type Restart = (env?: Record<string, string>, meanwhile?: (folder: string) => void) => Promise<void>;

type Operations = Required<Pick<Driver, "rotateKeys" | "restart" | "expireSession">>;

export const operationsBy = (restart: Restart): Operations => ({
  restart: () => restart(),
  rotateKeys: () => restart({ OP_ROTATE_KEYS: "true" }),
  expireSession: (_user, sid) => restart({}, (folder) => expire(folder, sid)),
});

/** Expires the session while the OP is down: its real lifetime, twelve hours, is too long for a run. */
function expire(folder: string, sid: string): void {
  const store = new OpStore(folder);
  const rows = store.sessions().filter((session) => sidOf(session) === sid);
  for (const session of rows) store.upsert("Session", session.jti, session, -1);
  store.close();
}
