/** Two clocks compared, by the Date of HTTP answers (RFC 9110 6.6.1). This runs in browsers too. */

export interface Offset {
  /** By how many milliseconds the other clock is ahead, at least and at most. */
  from: number;
  to: number;
}

/** What one answer tells: its Date was true at some moment between request and answer, and has whole seconds. */
export function offsetOf(date: string | null, sentAt: number, receivedAt: number): Offset | undefined {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? undefined : { from: at - receivedAt, to: at + 1000 - sentAt };
}

/** What several tell together. */
export function narrowed(offsets: readonly Offset[]): Offset | undefined {
  const [first, ...more] = offsets;
  if (!first) return undefined;
  const both = more.reduce(
    (known, { from, to }) => ({ from: Math.max(known.from, from), to: Math.min(known.to, to) }),
    first,
  );
  // Machines behind one name may have clocks of their own: then the first has to do.
  return both.from <= both.to ? both : first;
}

/** Seconds by which the other clock is ahead; 0 where the range allows for it. */
export function secondsBetween({ from, to }: Offset): number {
  if (from <= 0 && to >= 0) return 0;
  return Math.round((from + to) / 2000);
}

/** @param whose the clock that is compared
 *  @param other the one that it is compared with */
export function comparison(seconds: number, whose: string, other: string): string {
  const how = seconds > 0 ? "ahead of" : "behind";
  const found = seconds === 0 ? "agrees with" : `is ${Math.abs(seconds)} s ${how}`;
  return `${whose} ${found} ${other} (±1 s).`;
}

export const setBothClocks =
  "Set both clocks by NTP; in a virtual machine or container that was asleep, restart it or its time service.";

/** Seconds that nobody notices. */
export const unnoticed = 5;
