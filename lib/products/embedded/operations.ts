/** What can be done to an embedded OP by whoever has started it, and by nobody else. */

import type { Restart } from "#lib/check/run/embedded-op.ts";
import { sidOf } from "#lib/op/logout/end-session.ts";
import { OpStore } from "#lib/op/store/op-store.ts";
import type { Driver } from "../driver.ts";

type Operations = Required<Pick<Driver, "rotateKeys" | "restart" | "expireSession">>;

export const operationsBy = (restart: Restart): Operations => ({
  restart: () => restart(),
  rotateKeys: () => restart({ OP_ROTATE_KEYS: "true" }),
  expireSession: (_user, sid) => restart({}, (folder) => expire(folder, sid)),
});

/** Has the time of a session run out while nobody was there to see it: twelve hours are too long for a run. */
function expire(folder: string, sid: string): void {
  const store = new OpStore(folder);
  const rows = store.sessions().filter((session) => sidOf(session) === sid);
  for (const session of rows) store.upsert("Session", session.jti, session, -1);
  store.close();
}
