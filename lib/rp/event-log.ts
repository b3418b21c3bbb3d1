/** Records events, and writes them to the log. */
import type { Log } from "#lib/log.ts";
import { reason } from "#lib/net/innermost-error.ts";
import { linesOf } from "./event-lines.ts";
import type { EventLog, NewEvent } from "./events.ts";
import type { Store } from "./store.ts";

/** Tokens are never logged whole. */
const withoutToken = (data: object): object => ({ ...data, received: undefined });

/** @param now milliseconds since the epoch */
export function createEventLog(store: Store, log: Log, now: () => number): EventLog {
  return async (...whole) => {
    const at = now();
    const events = whole.map((event) => ({ ...event, data: trimmed(event.data) }) as NewEvent);
    for (const event of events) {
      for (const line of linesOf(event)) log[line.level]({ data: withoutToken(event.data) }, line.text);
    }
    await store
      .appendEvents(events.map((event) => ({ ...event, at })))
      .catch((error: unknown) => log.error({ error: reason(error) }, "An event was not recorded."));
  };
}

/** Characters of a text, as of the longest logout token that is kept, and items of a list, as of the sessions of one user:
 * strangers cause events too. */
const [mostText, mostItems] = [8192, 1000];

function trimmed(value: unknown): unknown {
  if (typeof value === "string") return value.length > mostText ? `${value.slice(0, mostText)}…` : value;
  if (Array.isArray(value)) return value.slice(0, mostItems).map(trimmed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, trimmed(inner)]));
}
