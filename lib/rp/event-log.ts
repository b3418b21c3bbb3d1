/** Records events, and writes them to the log. */
import type { Log } from "#lib/log.ts";
import { reason } from "#lib/net/innermost-error.ts";
import { linesOf } from "./event-lines.ts";
import type { EventLog } from "./events.ts";
import type { Store } from "./store.ts";

/** @param now milliseconds since the epoch */
export function createEventLog(store: Store, log: Log, now: () => number): EventLog {
  return async (...events) => {
    const at = now();
    for (const event of events) {
      for (const line of linesOf(event)) log[line.level]({ data: event.data }, line.text);
    }
    await store
      .appendEvents(events.map((event) => ({ ...event, at })))
      .catch((error: unknown) => log.error({ error: reason(error) }, "An event was not recorded."));
  };
}
