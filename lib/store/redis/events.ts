/** The events of a type in Redis: a list, newest first, of `SEQ AT JSON`. What only the script of a logout knew follows in
 * further lines. */

import {
  type EventType,
  endedEvents,
  type LogoutTokenRecord,
  type ProtocolEvent,
  recordsChangedBy,
  type UnnumberedEvent,
} from "#lib/rp/events.ts";
import type { SessionEnd } from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import { type EndedRow, endedFrom, type LoginRow, loginFrom } from "./session.ts";

/** What the script needs to append an event. */
export const appended = (event: Pick<UnnumberedEvent, "at" | "type"> & { data: object }) => ({
  ...{ at: event.at, type: event.type, event: JSON.stringify(event), record: recordsChangedBy([event])[0] },
  ...{ most: limit.events, oldest: event.at - lifetime.events, lifetime: lifetime.events },
});

/** What `receiveLogout` needs for its records. */
export const logoutAppended = (record: LogoutTokenRecord, end: SessionEnd) => ({
  accepted: appended({ type: "logout_token", at: end.at, data: record }),
  sessionEnded: appended({ type: "session_ended", at: end.at, data: end }),
});

export function eventFrom<Type extends EventType>(entry: string): ProtocolEvent<Type> {
  const [, seq, lines] = /^(\d+) \d+ (.*)$/s.exec(entry) as unknown as [string, string, string];
  const [event, ...lacks] = lines.split("\n").map((line) => JSON.parse(line));
  return { ...completed(event, lacks), seq: Number(seq) } as ProtocolEvent<Type>;
}

function completed(event: UnnumberedEvent, [first, others]: unknown[]): UnnumberedEvent {
  if (first === undefined) return event;
  if (event.type === "session_ended") {
    const [ended] = endedEvents([endedFrom(first as EndedRow)], event.data);
    return ended as UnnumberedEvent;
  }
  const record = event.data as LogoutTokenRecord;
  const effect = {
    ended: (first as EndedRow[]).map(endedFrom),
    others: (others as LoginRow[]).map((row) => loginFrom(record.iss, row)),
  };
  return { type: "logout_token", at: event.at, data: { ...record, ...effect } };
}
