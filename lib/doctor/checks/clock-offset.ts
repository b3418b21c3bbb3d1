/** Compares two clocks by the Date header of HTTP responses (RFC 9110 6.6.1). Also runs in browsers. */

interface Offset {
  /** The range, in milliseconds, by which the other clock is ahead. */
  from: number;
  to: number;
}

/** From one response: its Date, in whole seconds, was set at some moment between request and response. */
export function offsetOf(date: string | null, sentAt: number, receivedAt: number): Offset | undefined {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? undefined : { from: at - receivedAt, to: at + 1000 - sentAt };
}

/** From several responses. */
export function narrowed(offsets: readonly Offset[]): Offset | undefined {
  const [first, ...more] = offsets;
  if (!first) return undefined;
  const both = more.reduce(
    (known, { from, to }) => ({ from: Math.max(known.from, from), to: Math.min(known.to, to) }),
    first,
  );
  // Servers behind one name may have different clocks: then the first one counts.
  return both.from <= both.to ? both : first;
}

/** Seconds by which the other clock is ahead; 0 if that is within the range. */
export function secondsBetween({ from, to }: Offset): number {
  if (from <= 0 && to >= 0) return 0;
  return Math.round((from + to) / 2000);
}

/** @param whose the one clock
 *  @param other the clock that it is compared with */
export function comparison(seconds: number, whose: string, other: string): string {
  const how = seconds > 0 ? "ahead of" : "behind";
  const found = seconds === 0 ? "agrees with" : `is ${Math.abs(seconds)} s ${how}`;
  return `${whose} ${found} ${other} (±1 s).`;
}

export const setBothClocks =
  "Synchronize both clocks by NTP. If a virtual machine was suspended, restart it or its time service.";

/** Seconds of difference without a warning. */
export const unnoticed = 5;
