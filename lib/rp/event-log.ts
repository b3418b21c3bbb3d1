/** Records events, and writes them to the log. */
import type { Log } from "#lib/log.ts";
import { reason } from "#lib/net/innermost-error.ts";
import { linesOf } from "./event-lines.ts";
import type { EventLog, NewEvent } from "./events.ts";
import { warningOf } from "./logout/logout-effect.ts";
import type { Store } from "./store.ts";

/** Tokens are never logged whole, nor the ids of RP sessions; the checks of an accepted token have passed. */
function loggedData(data: NewEvent["data"]): object {
  if (!("ended" in data)) return { ...data, received: undefined };
  const { iss, aud, sub, sid, jti, ended } = data;
  return { iss, aud, sub, sid, jti, sessions: ended.length, warning: warningOf(data) };
}

/** @param now milliseconds since the epoch */
export function createEventLog(store: Store, log: Log, now: () => number): EventLog {
  return async (...whole) => {
    const at = now();
    const events = whole.map((event) => ({ ...event, data: trimmed(event.data) }) as NewEvent);
    logEvents(log, events);
    await store
      .appendEvents(events.map((event) => ({ ...event, at })))
      .catch((error: unknown) => log.error({ error: reason(error) }, "An event was not recorded."));
  };
}

/** Writes the lines of these events. */
export function logEvents(log: Log, events: readonly NewEvent[]): void {
  if (!log.isLevelEnabled("warn")) return;
  for (const event of events) {
    const data = loggedData(event.data);
    for (const line of linesOf(event)) log[line.level]({ data }, line.text);
  }
}

/** Characters of a text, as of the longest logout token that is kept, and items of a list, as of the sessions of one user:
 * strangers cause events too. */
const [mostText, mostItems] = [8192, 1000];

/** A copy only where something is too long. */
const trimmed = (value: unknown): unknown => (fits(value) ? value : cut(value));

function fits(value: unknown): boolean {
  if (typeof value === "string") return value.length <= mostText;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value) && value.length > mostItems) return false;
  for (const name in value) if (!fits(value[name as keyof typeof value])) return false;
  return true;
}

function cut(value: unknown): unknown {
  if (typeof value === "string") return value.length > mostText ? `${value.slice(0, mostText)}…` : value;
  if (Array.isArray(value)) return value.slice(0, mostItems).map(trimmed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, trimmed(inner)]));
}
