/** The events of a type in Redis: a list, newest first, of `SEQ AT JSON`. */

import {
  type EventType,
  type ProtocolEvent,
  recordsChangedBy,
  type UnnumberedEvent,
} from "#lib/rp/events.ts";
import { lifetime, limit } from "#lib/rp/store.ts";

/** What the script needs to append an event. */
export const appended = (event: UnnumberedEvent) => ({
  ...{ at: event.at, type: event.type, event: JSON.stringify(event), record: recordsChangedBy([event])[0] },
  ...{ most: limit.events, oldest: event.at - lifetime.events, lifetime: lifetime.events },
});

export function eventFrom<Type extends EventType>(entry: string): ProtocolEvent<Type> {
  const [, seq, json] = /^(\d+) \d+ (.*)$/s.exec(entry) as unknown as [string, string, string];
  return { ...(JSON.parse(json) as UnnumberedEvent), seq: Number(seq) } as ProtocolEvent<Type>;
}
